using Mesh.Model.Simulation;
using Mesh.Model.Topology;
using Mesh.Testing;
using Mesh.Testing.Identity;

namespace Mesh.Proxy.Tests.Policies.Tokens;

/// <summary>What the simulator says of a request with a token to a service that wants one: shop may read with any, and write with one that says so; batch may do what a token allows, and says nothing else.</summary>
internal static class ExplainedToken
{
    /// <summary>Explains it.</summary>
    /// <param name="keys">The issuer's keys in the policy; <see langword="null"/>: they are at a URL.</param>
    /// <param name="now">The time.</param>
    /// <param name="token">The bearer token; <see langword="null"/>: none.</param>
    /// <param name="method">The method.</param>
    /// <param name="caller">Who calls.</param>
    /// <param name="given">Keys that are given beside the policy.</param>
    /// <param name="claims">Claims instead of a token, <c>name=value</c>.</param>
    public static RequestExplanation Of(string? keys, DateTimeOffset now, string? token, string method = "GET", string caller = "shop", string? given = null, params string[] claims)
    {
        var mesh = TestMesh.Empty.Service("shop", uses: ["orders"]).Service("batch", uses: ["orders"]).Service("orders", ports: ["http"]).Yaml($$"""
            kind: TrafficPermission
            metadata: {name: orders}
            spec:
              targetRef: {kind: Service, name: orders}
              jwtProviders:
              - name: accounts
                issuer: {{TestIssuer.Name}}
                audiences: [orders]
                jwks: { {{(keys is null ? "url: 'https://login.example/keys'" : $"inline: '{keys}'")}} }
              rules:
              - default:
                  deny: [{service: shop, jwt: {missing: true} }]
                  allowOnly:
                  - {service: shop, methods: [GET], jwt: {} }
                  - {service: shop, methods: [POST], jwt: {claims: [{path: [scope], contains: [orders.write]}]} }
                  - {service: batch, jwt: {claims: [{path: [scope], contains: [orders.write]}]} }
            """).Compile();
        return RequestSimulator.Explain(mesh, new SimulatedRequest
        {
            Caller = TestMesh.Id(caller),
            Callee = new PortRef(TestMesh.Id("orders"), "http"),
            Method = method,
            Headers = token is null ? [] : [KeyValuePair.Create("Authorization", $"Bearer {token}")],
            Claims = [.. claims.Select(c => c.Split('=', 2)).Select(c => KeyValuePair.Create(c[0], c[1]))],
            Keys = given,
            At = now,
        });
    }
}
