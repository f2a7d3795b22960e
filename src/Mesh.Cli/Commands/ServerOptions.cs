using System.CommandLine;
using Mesh.Cli.Api;
using Mesh.Laptop.Api;

namespace Mesh.Cli.Commands;

/// <summary>The options of all commands that speak to a control plane.</summary>
internal sealed class ServerOptions
{
    private readonly Option<string?> _server = new("--server")
    {
        Description = $"URL of the control plane's API. Default: {ServerLocation.ServerVariable}, else the app that 'mesh up' runs here or in a directory above, else the only one it runs.",
        HelpName = "url",
    };

    private readonly Option<string?> _tokenFile = new("--token-file")
    {
        Description = $"File with the API token. Default: {ServerLocation.TokenFileVariable}, else the token of the app that 'mesh up' runs.",
        HelpName = "file",
    };

    /// <summary>Adds them.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_server);
        command.Options.Add(_tokenFile);
    }

    /// <summary>The client they name.</summary>
    public ControlPlaneClient Connect(ParseResult parsed, CommandContext context)
    {
        var location = ServerLocation.Find(parsed.GetValue(_server), parsed.GetValue(_tokenFile), context.Environment, context.Directory, context.Running);
        return new ControlPlaneClient(location.Server, location.Token);
    }
}
