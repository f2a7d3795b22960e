using System.Collections.Concurrent;
using Aspire.Hosting.ApplicationModel;

namespace Mesh.Hosting.Dashboard;

/// <summary>Which processes of the mesh somebody stopped on purpose: the dashboard's and the CLI's stop and restart go through here, so that such an end is no failure.</summary>
internal sealed class UserStops
{
    private readonly ConcurrentDictionary<IResource, string> _stopped = [];
    private readonly ConcurrentDictionary<IResource, bool> _watched = [];

    /// <summary>Whether somebody stopped it, or is restarting it.</summary>
    public bool Contains(IResource resource) => _stopped.ContainsKey(resource);

    /// <summary>Listens to the commands of a resource; Aspire adds them when it prepares the resource, so before its first start at the latest they are there.</summary>
    public void Watch(IResource resource)
    {
        if (!_watched.TryAdd(resource, true))
        {
            return;
        }

        for (var i = 0; i < resource.Annotations.Count; i++)
        {
            if (resource.Annotations[i] is ResourceCommandAnnotation command
                && command.Name is var name
                && (name == KnownResourceCommands.StopCommand || name == KnownResourceCommands.RestartCommand || name == KnownResourceCommands.StartCommand))
            {
                resource.Annotations[i] = Watched(resource, command);
            }
        }
    }

    private ResourceCommandAnnotation Watched(IResource resource, ResourceCommandAnnotation command) => new(
        command.Name,
        command.DisplayName,
        command.UpdateState,
        context => RunAsync(resource, command, context),
        command.DisplayDescription,
        command.Arguments,
        command.ConfirmationMessage,
        command.IconName,
        command.IconVariant,
        command.IsHighlighted,
        command.Visibility,
        command.ValidateArguments);

    private async Task<ExecuteCommandResult> RunAsync(IResource resource, ResourceCommandAnnotation command, ExecuteCommandContext context)
    {
        _stopped[resource] = command.Name;
        var stays = false;
        try
        {
            var result = await command.ExecuteCommand(context);
            stays = command.Name == KnownResourceCommands.StopCommand && result.Success;
            return result;
        }
        finally
        {
            if (!stays)
            {
                _stopped.TryRemove(resource, out _);
            }
        }
    }
}
