using System.Text.Json.Nodes;
using Mesh.Model.Simulation;
using Mesh.Testing;

namespace Mesh.Model.Tests.Simulation;

/// <summary>What is shown of a request that was explained.</summary>
public sealed class ExplanationJsonTests
{
    private const string Secret = "eyJhbGciOiJFUzI1NiJ9";

    private static readonly TestMesh Shop = TestMesh.Empty.Service("shop", uses: ["orders", "stock"]).Service("orders", ports: ["http"]).Service("stock", ports: ["http"]).Yaml("""
        kind: TrafficPermission
        metadata: {name: orders}
        spec:
          targetRef: {kind: Service, name: orders}
          jwtProviders:
          - name: accounts
            issuer: https://login.example/
            audiences: [orders]
            jwks: {url: "https://login.example/keys"}
            from: [{header: X-Jwt-Assertion}, {query: access_token}, {cookie: session}]
          rules: [{default: {deny: [{service: shop, paths: [{type: PathPrefix, value: /admin}]}]}}]
        ---
        kind: HttpRoute
        metadata: {name: stock}
        spec:
          to:
          - targetRef: {kind: Service, name: stock}
            rules: [{name: lent, matches: [{path: {type: PathPrefix, value: /lent}}], default: {backendRefs: [{name: orders}]}}]
        """);

    [Theory]
    [InlineData("orders", "/x", "x-jwt-assertion")]
    [InlineData("orders", "/x", "Cookie")]
    [InlineData("orders", "/x", "X-Api-Key")]
    [InlineData("orders", $"/x?a=1&access_token={Secret}&b=2", null)]
    [InlineData("orders", $"/x?access%5Ftoken={Secret}&access_token={Secret}", null)]
    [InlineData("orders", $"/x??access_token={Secret}", null)]
    [InlineData("orders", $"/a/../admin?access_token={Secret}", null)]
    [InlineData("orders", $"/x#?access_token={Secret}", null)]
    [InlineData("stock", $"/lent?access_token={Secret}", null)]
    [InlineData("stock", $"/else?access_token={Secret}", null)]
    public void Write_SecretWhereAPortTakesTokens_IsNotShown(string callee, string path, string? header)
    {
        foreach (var caller in (string[])["shop", "developer"])
        {
            var explained = Explain(caller, callee, path, header);

            Assert.DoesNotContain(Secret, explained.ToJsonString(), StringComparison.Ordinal);
            Assert.Contains("(not shown)", explained.ToJsonString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Write_WhatIsNoSecret_IsShownAsItWas()
    {
        var explained = Explain("shop", "orders", "/x?a=1&token=2&", "x-beta");

        Assert.Equal("/x?a=1&token=2&", explained["request"]!["path"]!.ToString());
        Assert.Equal("/x?a=1&token=2&", explained["backends"]![0]!["path"]!.ToString());
        Assert.Equal(Secret, explained["request"]!["headers"]![0]!["value"]!.ToString());
        Assert.Equal("/x?a=1&access_token=(not shown)&b", Explain("shop", "orders", "/x?a=1&access_token=2&b", null)["backends"]![0]!["path"]!.ToString());
    }

    [Theory]
    [InlineData("anyone", "anyone")]
    [InlineData("developer", "spiffe://shop.local/developer")]
    [InlineData("shop", "default/shop")]
    public void Write_Caller_IsNamed(string caller, string expected)
    {
        var explained = Explain(caller, "orders", "/x", null);

        Assert.Equal(expected, explained["request"]!["caller"]!.ToString());
        Assert.StartsWith($"{expected} → default/orders/http", ExplanationText.Of(explained), StringComparison.Ordinal);
    }

    private static JsonObject Explain(string caller, string callee, string path, string? header)
    {
        var headers = header is null ? new JsonObject() : new JsonObject { [header] = Secret };
        var request = SimulatedRequestReader.Read(new JsonObject { ["caller"] = caller, ["callee"] = callee, ["path"] = path, ["headers"] = headers }, Shop.Topology, out var violations);
        Assert.Empty(violations);
        return ExplanationJson.Write(RequestSimulator.Explain(Shop.Configuration, Shop.Compile(), request));
    }
}
