using System.CommandLine;
using Mesh.Cli.Commands;

namespace Mesh.Cli.Composition;

/// <summary>The commands: the table of contents of this program.</summary>
internal static class CommandTree
{
    public static RootCommand Create(CommandContext context) => new(
        """
        Mesh: identity, mTLS, routing and permissions for every call between your services.

          Start here:
            mesh up                    start the app in ./mesh.yaml
            mesh check                 find everything that is wrong with it, without starting it
            mesh get proxies           while it runs: every sidecar, and whether it has the latest configuration
            mesh inspect orders        which policies apply to a service, and where they were written
            mesh explain web orders    what would happen to a request, and which line of which file is the cause
        """)
    {
        UpCommand.Create(context),
        CheckCommand.Create(context),
        GetCommand.Create(context),
        InspectCommand.Create(context),
        ExplainCommand.Create(context),
        DiffCommand.Create(context),
        ApplyCommand.Create(context),
        PolicyChangeCommand.Delete(context),
        PolicyChangeCommand.Undo(context),
        FaultCommand.Create(context),
        RecordCommand.Create(context),
        TokenCommand.Create(context),
        ProxyCommand.Create(context),
        SystemdCommand.Create(context),
        InjectCommand.Create(context),
        BootstrapCommand.Create(context),
    };
}
