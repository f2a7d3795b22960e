using System.Text.Json;
using Mesh.Model;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Downstreams;
using Mesh.Proxy.Policies.TrafficPermission;
using Microsoft.AspNetCore.Http;

namespace Mesh.Proxy.Tests.Policies;

/// <summary>What permissions decide, as a table.</summary>
public sealed class PermissionTests
{
    private const string Shop = "spiffe://shop.local/ns/default/sa/shop";

    private static Origin Policy { get; } = new("TrafficPermission", "default/orders", "a.yaml:1", "rules[0]");

    [Fact]
    public void Decide_RehearsalBesideAnEdge_IsReported()
    {
        var permissions = new CompiledPermissions(new PermissionSet
        {
            Allow = [new() { Principals = [new(Shop)], Origin = new("Edge", "shop → orders") }],
            AllowWithShadowDeny = [new() { Principals = [new(Shop)], Requests = [new(null, new(PathMatchKind.PathPrefix, "/admin"))], Origin = Policy }],
        });

        var admin = permissions.Decide(Shop, "GET", "/admin/x");
        Assert.Equal((true, true, "TrafficPermission default/orders"), (admin.IsAllowed, admin.IsShadowDenied, admin.Rule!.Policy));
        Assert.Equal(new PermissionDecision(true), permissions.Decide(Shop, "GET", "/orders"));
        Assert.False(permissions.Decide("spiffe://shop.local/ns/default/sa/other", "GET", "/admin").IsAllowed);
    }

    [Theory]
    [InlineData(true, null, true)]
    [InlineData(false, null, false)]
    [InlineData(true, Shop, true)]
    [InlineData(false, Shop, true)]
    public void Decide_CallerWithoutIdentity_PassesOnlyByARuleForAnyone(bool anyone, string? caller, bool isAllowed)
    {
        var permissions = new CompiledPermissions(new PermissionSet { Allow = [new() { Anyone = anyone, Origin = Policy }] });

        Assert.Equal((isAllowed, isAllowed), (permissions.Decide(caller, "GET", "/").IsAllowed, permissions.Decide(caller).IsAllowed));
    }

    [Fact]
    public void Decide_ConnectionAndRuleAboutRequests_DeniesAndNeverAllows()
    {
        PermissionRule[] about = [.. new[] { new RequestMatch("GET", null), new RequestMatch(null, null) { Headers = [new("a", ValueMatchKind.Present, "")] } }.Select(request => new PermissionRule { Requests = [request], Origin = Policy }), new() { Token = new() { Providers = ["p"] }, Origin = Policy }];
        var everybody = new PermissionRule { Origin = Policy };
        Assert.All(about, rule =>
        {
            Assert.False(new CompiledPermissions(new PermissionSet { Allow = [rule], AllowWithShadowDeny = [rule] }).Decide(Shop).IsAllowed);
            Assert.False(new CompiledPermissions(new PermissionSet { Allow = [everybody], Deny = [rule] }).Decide(Shop).IsAllowed);
        });
    }

    [Theory]
    [InlineData("""{"role":"admin"}""", "role", "admin", null, true)]
    [InlineData("""{"role":"Admin"}""", "role", "admin", null, false)]
    [InlineData("""{"role":["admin"]}""", "role", "admin", null, false)]
    [InlineData("""{"role":["user","admin"]}""", "role", null, "admin", true)]
    [InlineData("""{"role":["administrator",["admin"]]}""", "role", null, "admin", false)]
    [InlineData("""{"scope":"a b.c d"}""", "scope", null, "b.c", true)]
    [InlineData("""{"scope":"a b.cd"}""", "scope", null, "b.c", false)]
    [InlineData("""{"scope":"b.c"}""", "scope", null, "b.c", true)]
    [InlineData("""{"realm":{"roles":["x"]}}""", "realm/roles", null, "x", true)]
    [InlineData("""{"realm":"x"}""", "realm/roles", null, "x", false)]
    [InlineData("""{"realm/roles":["x"]}""", "realm/roles", null, "x", false)]
    [InlineData("""{"ok":true}""", "ok", "true", null, true)]
    [InlineData("""{"ok":false}""", "ok", "true", null, false)]
    [InlineData("""{"n":1}""", "n", "1", null, false)]
    [InlineData("""{"sub":null}""", "sub", "null", null, false)]
    [InlineData("{}", "sub", "", null, false)]
    public void Decide_Claim_IsComparedLetterByLetter(string claims, string path, string? value, string? contains, bool isAllowed)
    {
        var permissions = new CompiledPermissions(new PermissionSet
        {
            Allow = [new() { Anyone = true, Token = new() { Providers = ["p"], Claims = [new() { Path = [.. path.Split('/')], Values = value is null ? [] : [value], Contains = contains is null ? [] : [contains] }] }, Origin = Policy }],
        });

        Assert.Equal(isAllowed, permissions.Decide(null, "GET", "/", Evidence("p", claims)).IsAllowed);
        Assert.False(permissions.Decide(null, "GET", "/", Evidence("q", claims)).IsAllowed);
        var without = permissions.Decide(null, "GET", "/", Evidence(null));
        Assert.Equal((false, true), (without.IsAllowed, without.NeedsToken));
    }

    [Fact]
    public void Decide_NothingKnownOfTheRequest_DeniesAndDoesNotAllow()
    {
        PermissionRule[] rules = [new() { Anyone = true, Token = new() { Providers = ["p"] }, Origin = Policy }, new() { Anyone = true, Requests = [new(null, null) { Headers = [new("a", ValueMatchKind.Absent, "")] }], Origin = Policy }];
        Assert.All(rules, rule =>
        {
            Assert.False(new CompiledPermissions(new PermissionSet { Allow = [rule] }).Decide(Shop, "GET", "/").IsAllowed);
            Assert.False(new CompiledPermissions(new PermissionSet { Allow = [new() { Origin = Policy }], Deny = [rule] }).Decide(Shop, "GET", "/").IsAllowed);
        });
    }

    [Fact]
    public void Decide_DenialOfThoseWithoutToken_AsksForOne()
    {
        var permissions = new CompiledPermissions(new PermissionSet
        {
            Allow = [new() { Anyone = true, Origin = Policy }],
            Deny = [new() { Anyone = true, Token = new() { Providers = ["p"], Missing = true }, Origin = Policy }],
        });

        Assert.True(permissions.Decide(null, "GET", "/", Evidence("p")).IsAllowed);
        Assert.True(permissions.Decide(null, "GET", "/", Evidence(null)) is { IsAllowed: false, NeedsToken: true });
        Assert.True(permissions.Decide(null, "GET", "/", Evidence("q")) is { IsAllowed: false, NeedsToken: true });
    }

    private static RequestEvidence Evidence(string? provider, string claims = "{}")
    {
        using var document = JsonDocument.Parse(claims);
        return RequestEvidence.Of(new HeaderDictionary(), [], provider is null ? [] : new VerifiedToken(provider, document.RootElement.Clone(), DateTimeOffset.MaxValue).Alone);
    }
}
