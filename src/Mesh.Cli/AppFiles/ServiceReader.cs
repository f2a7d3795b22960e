using System.Collections.Immutable;
using Mesh.Cli.Processes;
using Mesh.Model.Planning;
using Mesh.Model.Topology;

namespace Mesh.Cli.AppFiles;

/// <summary>Reads one entry of <c>spec.services</c>.</summary>
internal static class ServiceReader
{
    private const string CommandExample = "command: [dotnet, exec, orders.dll] or command: node server.js";

    /// <summary>More processes than this on one laptop are a slip of the pen.</summary>
    private const int MostReplicas = 50;

    public static (ServiceDefinition Definition, WorkloadDescription Workload)? Read(string name, NodeCursor service, string directory, string sourceName)
    {
        if (!service.IsObject(
            $"{name}: {{ command: …, endpoints: … }}",
            "command", "workingDirectory", "endpoints", "uses", "health", "environment", "replicas", "optional", "optionalExitCode", "labels", "proxyless"))
        {
            return null;
        }

        var id = new ServiceId(ServiceId.DefaultNamespace, name);
        var command = Command(service.Member("command"));
        var endpoints = service.Member("endpoints").Members("endpoints: { http: { protocol: http } }")
            .Select(e => Endpoint(e.Name, e.Value, sourceName)).OfType<EndpointDescription>().ToImmutableArray();
        var uses = service.Member("uses").Items("uses: [orders, inventory/grpc]").Select(u => Use(u, sourceName)).OfType<UseDescription>().ToImmutableArray();
        var workingDirectory = WorkingDirectory(service.Member("workingDirectory"), directory);
        var optional = service.Member("optional").Boolean() ?? false;
        var optionalExitCode = service.Member("optionalExitCode").Integer(1, 255, "optionalExitCode: 69");
        if (optionalExitCode is not null && !optional)
        {
            service.Member("optionalExitCode").Wrong("says how the service declines to run, which only an optional one may; add optional: true, or leave it out");
        }

        var definition = new ServiceDefinition
        {
            Id = id,
            Command = command,
            CommandAt = service.Member("command").Declaration(sourceName),
            WorkingDirectory = workingDirectory,
            Environment = Variables(service.Member("environment")),
            Health = Health(service.Member("health"), endpoints),
            Proxyless = Proxyless(service.Member("proxyless"), endpoints),
            Optional = optional,
            OptionalExitCode = optionalExitCode,
        };
        var workload = new WorkloadDescription
        {
            Id = id,
            Endpoints = endpoints,
            Uses = uses,
            Replicas = service.Member("replicas").Integer(1, MostReplicas, "replicas: 2") ?? 1,
            Labels = Labels(service.Member("labels")),
            DeclaredAt = service.Declaration(sourceName),
        };
        return (definition, workload);
    }

    private static ImmutableArray<string> Command(NodeCursor cursor)
    {
        if (cursor.IsList)
        {
            ImmutableArray<string> words = [.. cursor.Items(CommandExample).Select(i => i.Text(CommandExample) ?? "")];
            if (words is [] or ["", ..])
            {
                cursor.Wrong($"names no program; write {CommandExample}");
            }

            return words;
        }

        if (cursor.Required(CommandExample) is not { } text)
        {
            return [];
        }

        if (CommandWords.Split(text, out var split) is { } wrong)
        {
            cursor.Wrong(wrong);
        }
        else if (split.IsEmpty)
        {
            cursor.Wrong($"names no program; write {CommandExample}");
        }

        return split;
    }

    private static string WorkingDirectory(NodeCursor cursor, string directory)
    {
        var path = Path.GetFullPath(cursor.Text("workingDirectory: .") ?? ".", directory);
        if (!Directory.Exists(path))
        {
            cursor.Wrong($"must be a directory but there is no {path}");
        }

        return path;
    }

    private static EndpointDescription? Endpoint(string name, NodeCursor cursor, string sourceName)
    {
        if (!cursor.IsObject($"{name}: {{ protocol: http }}", "protocol", "port", "appPort", "external"))
        {
            return null;
        }

        var protocol = AppProtocol.Http;
        string? skip = null;
        var word = cursor.Member("protocol").Required("protocol: http");
        if (word is not null && !AppProtocols.TryParse(word, out protocol))
        {
            protocol = AppProtocol.Tcp;
            if (!AdvertisingProtocols.TryGetReason(word, out skip))
            {
                string[] known = [.. AppProtocols.Words, .. AdvertisingProtocols.Words];
                cursor.Member("protocol").Wrong($"'{word}' is no protocol; {Suggestion.Cure(word, known, "protocol")}");
            }
        }

        return new EndpointDescription
        {
            Name = name,
            Protocol = protocol,
            SkipReason = skip,
            FrontDoorPort = cursor.Member("port").Integer(1, 65535, "port: 5400, or leave it out for a free one"),
            AppPort = cursor.Member("appPort").Integer(1, 65535, "appPort: 8080, or leave it out and let the app read PORT"),
            External = cursor.Member("external").Boolean() ?? false,
            DeclaredAt = cursor.Declaration(sourceName),
        };
    }

    private static UseDescription? Use(NodeCursor cursor, string sourceName)
    {
        if (cursor.Required("orders or orders/http") is not { } text)
        {
            return null;
        }

        var parts = text.Split('/');
        if (parts.Length > 2 || !parts.All(DnsLabel.IsValid))
        {
            cursor.Wrong($"must be a service or service/endpoint such as orders or inventory/grpc but is '{text}'");
            return null;
        }

        return new UseDescription(new ServiceId(ServiceId.DefaultNamespace, parts[0]), parts.Length == 2 ? parts[1] : null, cursor.Declaration(sourceName));
    }

    private static HealthDefinition? Health(NodeCursor cursor, ImmutableArray<EndpointDescription> endpoints)
    {
        if (!cursor.IsThere || !cursor.IsObject("health: { endpoint: http, path: /health }", "endpoint", "path"))
        {
            return null;
        }

        var candidates = endpoints.Where(e => e.Protocol.IsHttp() && e.SkipReason is null).Select(e => e.Name).ToArray();
        var endpoint = cursor.Member("endpoint").Text("endpoint: http") ?? (candidates.Length == 1 ? candidates[0] : null);
        if (endpoint is null)
        {
            cursor.Member("endpoint").Wrong($"is missing; {Suggestion.Cure("", candidates, "HTTP endpoint in this service, so leave health out")}");
        }
        else if (!candidates.Contains(endpoint))
        {
            cursor.Member("endpoint").Wrong($"'{endpoint}' is no HTTP endpoint of this service; {Suggestion.Cure(endpoint, candidates, "HTTP endpoint in it, so leave health out")}");
        }

        var path = cursor.Member("path").Text("path: /health") ?? "/health";
        if (!path.StartsWith('/'))
        {
            cursor.Member("path").Wrong($"must start with a slash but is '{path}'");
        }

        return endpoint is null ? null : new HealthDefinition(endpoint, path);
    }

    private static ProxylessDefinition? Proxyless(NodeCursor cursor, ImmutableArray<EndpointDescription> endpoints)
    {
        if (!cursor.IsThere || !cursor.IsObject("proxyless: { serves: grpc } or proxyless: {}", "serves"))
        {
            return null;
        }

        var serves = cursor.Member("serves").Text("serves: grpc");
        if (serves is not null && endpoints is not [{ Protocol: AppProtocol.Grpc, SkipReason: null }])
        {
            // Peers are told one address of a replica.
            cursor.Member("serves").Wrong("needs a service with one endpoint, of protocol grpc; give the others to a service of their own, or leave serves out");
        }
        else if (serves is not null && serves != endpoints[0].Name)
        {
            cursor.Member("serves").Wrong($"'{serves}' is no endpoint of this service; {Suggestion.Cure(serves, [endpoints[0].Name], "endpoint")}");
        }

        return new ProxylessDefinition(serves);
    }

    private static ImmutableSortedDictionary<string, string> Variables(NodeCursor cursor)
    {
        var variables = ChildStart.NoVariables.ToBuilder();
        foreach (var (name, value) in cursor.Members("environment: { KEY: value }"))
        {
            if (name.StartsWith(EnvironmentNames.ReservedPrefix, StringComparison.Ordinal))
            {
                value.Wrong($"names with {EnvironmentNames.ReservedPrefix} are the mesh's own; use another name");
            }
            else if (name.Length == 0 || name.Contains('=') || name.Contains('\0'))
            {
                value.Wrong($"'{name}' cannot be the name of a variable");
            }

            variables[name] = value.Text($"{name}: value") ?? "";
        }

        return variables.ToImmutable();
    }

    private static ImmutableSortedDictionary<string, string> Labels(NodeCursor cursor)
    {
        var labels = ChildStart.NoVariables.ToBuilder();
        foreach (var (name, value) in cursor.Members("labels: { tier: backend }"))
        {
            labels[name] = value.Text($"{name}: value") ?? "";
        }

        return labels.ToImmutable();
    }
}
