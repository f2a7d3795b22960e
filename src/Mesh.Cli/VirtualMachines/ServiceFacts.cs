using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Mesh.Model.Planning;
using Mesh.Model.Topology;

namespace Mesh.Cli.VirtualMachines;

/// <summary>What the control plane knows of a service: the planner's input, without the app file that it came from.</summary>
/// <param name="Ports">Its ports.</param>
/// <param name="Upstreams">The ports that it may call, external ones too.</param>
internal sealed record ServiceFacts(ImmutableArray<EndpointDescription> Ports, ImmutableArray<(PortRef Port, AppProtocol Protocol)> Upstreams)
{
    /// <summary>Reads the answer to <c>GET services/{ns}/{name}</c>.</summary>
    /// <exception cref="CliException">It is not one.</exception>
    public static ServiceFacts Read(JsonNode answer)
    {
        try
        {
            return new ServiceFacts(
                [.. answer["service"]!["ports"]!.AsArray().Select(p => new EndpointDescription { Name = Text(p, "name"), Protocol = Protocol(p), External = p!["external"]!.GetValue<bool>() })],
                [.. answer["upstreams"]!.AsArray().Select(u => (Upstream(u), Protocol(u)))]);
        }
        catch (Exception e) when (e is NullReferenceException or InvalidOperationException or FormatException)
        {
            throw new CliException(ExitCode.Software, "the control plane's answer about the service cannot be read; is it of another version than this command line?", e);
        }
    }

    private static PortRef Upstream(JsonNode? upstream) =>
        new(ServiceId.TryParse(Text(upstream, "service"), ServiceId.DefaultNamespace, out var id) ? id : throw new FormatException(), Text(upstream, "port"));

    private static AppProtocol Protocol(JsonNode? port) => AppProtocols.TryParse(Text(port, "protocol"), out var protocol) ? protocol : throw new FormatException();

    private static string Text(JsonNode? node, string member) => node?[member]?.GetValue<string>() ?? throw new FormatException();
}
