using System.Text.Json.Nodes;

namespace Mesh.Hosting.Testing;

/// <summary>A request to explain, as the API reads it.</summary>
internal static class ExplainBody
{
    /// <summary>Makes one.</summary>
    /// <param name="serviceOf">A resource's service; other names come back as they are.</param>
    /// <param name="caller">The resource that calls.</param>
    /// <param name="callee">The resource that is called.</param>
    /// <param name="method">The method.</param>
    /// <param name="path">Path and query.</param>
    /// <param name="configure">Says more of it.</param>
    public static JsonObject Of(Func<string, string> serviceOf, string caller, string callee, string method, string path, Action<MeshCall>? configure)
    {
        ArgumentException.ThrowIfNullOrEmpty(caller);
        ArgumentException.ThrowIfNullOrEmpty(callee);
        var call = new MeshCall();
        configure?.Invoke(call);
        var port = call.Endpoint is null ? "" : $"/{MeshIdentities.PortName(call.Endpoint)}";
        return new()
        {
            ["caller"] = serviceOf(caller),
            ["callee"] = $"{serviceOf(callee)}{port}",
            ["method"] = method,
            ["path"] = path,
            ["headers"] = Pairs(call.Headers),
            ["claims"] = Pairs(call.Claims),
            ["jwt"] = call.Token,
            ["keys"] = call.Keys,
        };
    }

    private static JsonObject Pairs(IDictionary<string, string> pairs) => new(pairs.Select(p => KeyValuePair.Create<string, JsonNode?>(p.Key, p.Value)));
}
