using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Mesh.Model.Identity;
using Mesh.Model.Requests;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Model.Simulation;

/// <summary>Requests to explain as people and tools write them: <c>{"caller": "storefront", "callee": "payments", "method": "POST", "path": "/charge", "headers": {"x-beta": "1"}}</c>.</summary>
public static class SimulatedRequestReader
{
    /// <summary>The word for the person at the browser.</summary>
    public const string Developer = "developer";

    /// <summary>The word for somebody without an identity.</summary>
    public const string Anyone = "anyone";

    private static readonly string[] Members = ["caller", "callee", "method", "path", "headers", "claims", "jwt", "keys"];

    /// <summary>Reads one.</summary>
    /// <param name="node">The text's root.</param>
    /// <param name="topology">What there is.</param>
    /// <param name="violations">All that is wrong with it; empty: it can be explained.</param>
    public static SimulatedRequest Read(JsonNode? node, MeshTopology topology, out ImmutableArray<Violation> violations)
    {
        var found = ImmutableArray.CreateBuilder<Violation>();
        var root = node as JsonObject ?? [];
        foreach (var name in root.Select(m => m.Key).Where(name => !Members.Contains(name)))
        {
            found.Add(new(FieldPath.Root / name, $"is not a field here; there are {Wording.OneOf(Members)}"));
        }

        var request = new SimulatedRequest
        {
            Callee = default,
            Method = (Text("method") ?? "GET").ToUpperInvariant(),
            Target = Text("path") is { Length: > 0 } path ? path : "/",
            Headers = Pairs("headers"),
            Claims = Pairs("claims"),
            Keys = root["keys"] is JsonObject keys ? keys.ToJsonString() : Text("keys"),
        };
        if (Text("jwt")?.Trim() is { Length: > 0 } jwt)
        {
            if (jwt.AsSpan().ContainsAnyExceptInRange('!', '~'))
            {
                found.Add(new(FieldPath.Root / "jwt", "must be one JSON Web Token, without Bearer in front of it"));
            }
            else if (request.Header("Authorization") is not null)
            {
                found.Add(new(FieldPath.Root / "jwt", "is the header Authorization, which is given too; keep one of them"));
            }

            request = request with { Headers = request.Headers.Add(KeyValuePair.Create("Authorization", $"Bearer {jwt}")) };
        }

        if (request.Keys is { } given && !TokenKeys.IsSet(given))
        {
            found.Add(new(FieldPath.Root / "keys", "must be a JSON Web Key Set: an object with a list of keys, and no name twice"));
        }

        var caller = Text("caller");
        var space = ServiceId.DefaultNamespace;
        if (string.IsNullOrEmpty(caller))
        {
            found.Add(new(FieldPath.Root / "caller", $"is missing; name a service, {Developer}, {Anyone} or a SPIFFE id"));
        }
        else if (caller == Developer)
        {
            request = request with { Identity = SpiffeId.Developer(topology.TrustDomain).Text };
        }
        else if (caller == Anyone)
        {
            request = request with { Identity = "" };
        }
        else if (SpiffeId.TryParse(caller, out var id))
        {
            request = id.TryGetService(out var known) && topology.Services.ContainsKey(known) && id.TrustDomain == topology.TrustDomain ? request with { Caller = known } : request with { Identity = id.Text };
        }
        else if (ServiceId.TryParse(caller, space, out var service))
        {
            request = request with { Caller = service };
            space = service.Namespace;
        }
        else
        {
            found.Add(new(FieldPath.Root / "caller", $"must be a service (name or namespace/name), {Developer}, {Anyone} or a SPIFFE id but is {Wording.Quote(caller)}"));
        }

        if (Text("callee") is not { Length: > 0 } callee)
        {
            found.Add(new(FieldPath.Root / "callee", "is missing; write service, service/port or namespace/service/port"));
        }
        else if (!RequestSimulator.TryFindPort(topology, callee, space, out var port))
        {
            found.Add(new(FieldPath.Root / "callee", $"must be service, service/port or namespace/service/port but is {Wording.Quote(callee)}"));
        }
        else
        {
            request = request with { Callee = port };
        }

        violations = found.Count > 0 ? found.ToImmutable() : RequestSimulator.Check(topology, request);
        return request;

        string? Text(string name)
        {
            if (root[name] is not { } value)
            {
                return null;
            }

            if (value is JsonValue scalar && scalar.TryGetValue<string>(out var text))
            {
                return text;
            }

            found.Add(new(FieldPath.Root / name, "must be text"));
            return null;
        }

        ImmutableArray<KeyValuePair<string, string>> Pairs(string name)
        {
            if (root[name] is not { } value)
            {
                return [];
            }

            if (value is JsonObject members && members.All(m => m.Value is JsonValue or JsonArray))
            {
                return [.. members.SelectMany(m => m.Value is JsonArray several ? several.Select(v => (m.Key, Value: v)) : [(m.Key, Value: m.Value)]).Select(m => KeyValuePair.Create(m.Key, m.Value?.ToString() ?? ""))];
            }

            found.Add(new(FieldPath.Root / name, "must be an object of texts"));
            return [];
        }
    }
}
