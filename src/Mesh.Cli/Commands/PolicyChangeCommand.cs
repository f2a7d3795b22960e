using System.CommandLine;
using Mesh.Laptop.Api;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh delete</c> and <c>mesh undo</c>: a change of one policy.</summary>
internal static class PolicyChangeCommand
{
    public static Command Delete(CommandContext context) => Create(
        "delete", "Delete a policy that was applied; what a file says of the same name stands again.", "is deleted", context,
        (client, path, cancellation) => client.DeleteAsync(path, cancellation));

    public static Command Undo(CommandContext context) => Create(
        "undo", "Take back the last change of a policy that was made with apply or delete.", "is as it was before its last change", context,
        (client, path, cancellation) => client.PostAsync($"{path}/undo", null, cancellation));

    private static Command Create(string verb, string description, string done, CommandContext context, Func<ControlPlaneClient, string, CancellationToken, Task> change)
    {
        var kind = new Argument<string>("kind") { Description = $"{string.Join(", ", PolicyKinds.Names)}; case does not matter." };
        var name = new Argument<string>("name") { Description = "Name, or namespace/name." };
        var server = new ServerOptions();
        var command = new Command(verb, description) { kind, name };
        server.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var id = PolicyKinds.Id(parsed.GetValue(name)!);
            var word = PolicyKinds.Find(parsed.GetValue(kind)!);
            using var client = server.Connect(parsed, context);
            await change(client, $"policies/{word}/{id.Namespace}/{id.Name}", cancellation);
            context.Screen.Line($"{word} {id} {done}");
            return ExitCode.Ok;
        });
        return command;
    }
}
