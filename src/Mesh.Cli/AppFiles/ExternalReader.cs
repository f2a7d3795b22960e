using System.Collections.Immutable;
using Mesh.Model.Resources;
using Mesh.Model;
using Mesh.Model.Planning;
using Mesh.Model.Topology;

namespace Mesh.Cli.AppFiles;

/// <summary>Reads <c>spec.external</c>.</summary>
internal static class ExternalReader
{
    private const string Example = "stripe: { https: { host: api.stripe.com, port: 443, protocol: https } }";

    public static ImmutableArray<ExternalDescription> Read(NodeCursor external, string sourceName)
    {
        var result = ImmutableArray.CreateBuilder<ExternalDescription>();
        foreach (var (name, cursor) in external.Members(Example))
        {
            var at = cursor.Declaration(sourceName);
            result.Add(new ExternalDescription(
                new ExternalService
                {
                    Id = new ServiceId(ServiceId.DefaultNamespace, name),
                    Ports = [.. cursor.Members(Example).Select(p => Port(p.Name, p.Value)).OfType<ExternalPort>()],
                    Origin = new Origin(ExternalServiceResource.KindName, $"{ServiceId.DefaultNamespace}/{name}", at.Location),
                },
                at));
        }

        return result.ToImmutable();
    }

    private static ExternalPort? Port(string name, NodeCursor cursor)
    {
        if (!cursor.IsObject($"{name}: {{ host: api.stripe.com, port: 443, protocol: https }}", "host", "port", "protocol"))
        {
            return null;
        }

        var host = cursor.Member("host").Required("host: api.stripe.com");
        var protocol = AppProtocol.Https;
        if (cursor.Member("protocol").Required("protocol: https") is { } word && !AppProtocols.TryParse(word, out protocol))
        {
            cursor.Member("protocol").Wrong($"'{word}' is no protocol; {Suggestion.Cure(word, [.. AppProtocols.Words], "protocol")}");
        }

        // Where the user said none, the scheme's own.
        var port = cursor.Member("port").Integer(1, 65535, "port: 443") ?? protocol switch
        {
            AppProtocol.Https => 443,
            AppProtocol.Http => 80,
            _ => 0,
        };
        if (port == 0)
        {
            cursor.Member("port").Wrong("is missing; write port: 5432");
        }

        return host is null ? null : new ExternalPort { Name = name, Host = host, Port = port, Protocol = protocol };
    }
}
