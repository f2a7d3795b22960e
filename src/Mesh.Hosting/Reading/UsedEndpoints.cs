using System.Collections.Immutable;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Mesh.Hosting.Reading;

/// <summary>
/// Finds what a resource calls: the endpoints in its environment and arguments, wherever they are nested, and its references. Waiting for something is not calling it.
/// Values are looked at and never resolved: addresses are not known yet, and waiting for them would be for ever.
/// </summary>
internal sealed class UsedEndpoints(DistributedApplicationExecutionContext execution)
{
    /// <summary>A callback that needs longer waits for something that only comes after the start.</summary>
    private static readonly TimeSpan CallbackLimit = TimeSpan.FromSeconds(2);

    private readonly List<string> _warnings = [];

    /// <summary>What could not be looked at.</summary>
    public ImmutableArray<string> Warnings => [.. _warnings];

    /// <summary>What the resource calls, each endpoint once.</summary>
    public async Task<ImmutableArray<Use>> OfAsync(IResource resource, CancellationToken cancellationToken)
    {
        var uses = new List<Use>();
        foreach (var (name, value) in await ValuesAsync(resource, cancellationToken))
        {
            // What browsers are given, they call themselves.
            if (!BrowserVariables.Contains(resource, name))
            {
                uses.AddRange(ValueWalk.Endpoints(value));
            }
        }

        var referenced = resource.Annotations.OfType<ResourceRelationshipAnnotation>()
            .Where(r => r.Type == "Reference" && r.Resource is ExternalServiceResource)
            .Select(r => new Use(r.Resource, null));
        return [.. uses.Concat(referenced).Where(u => u.Target != resource && !MeshParts.Contains(u.Target)).Distinct()];
    }

    /// <summary>What the resource is given: variables by name, and arguments.</summary>
    public async Task<List<(string? Name, object Value)>> ValuesAsync(IResource resource, CancellationToken cancellationToken)
    {
        var variables = new Dictionary<string, object>();
        var environment = new EnvironmentCallbackContext(execution, resource, variables, cancellationToken);
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>().ToList())
        {
            await RunAsync(resource, annotation.Callback(environment), "environment", cancellationToken);
        }

        var arguments = new List<object>();
        var commandLine = new CommandLineArgsCallbackContext(arguments, resource, cancellationToken) { ExecutionContext = execution };
        foreach (var annotation in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>().ToList())
        {
            await RunAsync(resource, annotation.Callback(commandLine), "arguments", cancellationToken);
        }

        return [.. variables.Select(v => ((string?)v.Key, v.Value)), .. arguments.Select(a => ((string?)null, a))];
    }

    private async Task RunAsync(IResource resource, Task callback, string what, CancellationToken cancellationToken)
    {
        try
        {
            await callback.WaitAsync(CallbackLimit, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            _warnings.Add($"{resource.Name}: a callback for its {what} needs what is known only after the start ({e.Message}); calls that only it declares have no permission. Say them with WithReference.");
        }
    }
}
