using Mesh.Model.Requests;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.TrafficPermission.Tokens;
using Mesh.Proxy.Tests.Pair;
using Mesh.Testing.Identity;
using Microsoft.AspNetCore.Http;

namespace Mesh.Proxy.Tests.Policies.Tokens;

/// <summary>Which tokens are taken. What is wrong with one of the hostile ones is said by its name.</summary>
public sealed class TokenGateTests : IDisposable
{
    private readonly TestIssuer _issuer = new();
    private readonly TestIssuer _forger = new();
    private readonly TokenDesk _desk;

    public TokenGateTests() => _desk = new(_issuer.Provider);

    public void Dispose()
    {
        _desk.Dispose();
        _issuer.Dispose();
        _forger.Dispose();
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("RS384")]
    [InlineData("RS512")]
    [InlineData("PS256")]
    [InlineData("PS384")]
    [InlineData("PS512")]
    [InlineData("ES256")]
    [InlineData("ES384")]
    [InlineData("ES512")]
    public async Task Judge_SignedWithAKeyPair_IsTaken_AndExplainedSo(string algorithm)
    {
        var token = _issuer.Token(_desk.Now, algorithm);

        Assert.Equal("valid", await _desk.JudgeAsync(token));
        Assert.True(ExplainedToken.Of(_issuer.Keys, _desk.Now, token).Passes);
    }

    // Whose token, and what is explained: a service that wants tokens of everybody, and of those who write one that says so.
    [Theory]
    [InlineData("none", "GET", "token_required", "refused with 401: a token is wanted")]
    [InlineData("reader", "GET", null, "allowed")]
    [InlineData("reader", "POST", "permission_denied", "refused: no rule allows it")]
    [InlineData("writer", "POST", null, "allowed")]
    [InlineData("claims of a reader", "POST", "permission_denied", "refused: no rule allows it")]
    [InlineData("claims of a writer", "POST", null, "allowed")]
    [InlineData("claims of somebody else", "POST", "token_invalid", null)]
    public void Explain_WhatTokensSay_IsWhatThePermissionAsksFor(string who, string method, string? error, string? decision)
    {
        string[] claims = who switch
        {
            "claims of a reader" => [$"iss={TestIssuer.Name}", "scope=orders.read"],
            "claims of a writer" => [$"iss={TestIssuer.Name}", "scope=orders.read orders.write"],
            "claims of somebody else" => ["iss=https://evil.example/", "scope=orders.write"],
            _ => [],
        };
        var token = who switch
        {
            "reader" => _issuer.Sign(TestIssuer.Head("ES256"), TestIssuer.Claims(_desk.Now).Replace(" orders.write", "", StringComparison.Ordinal), "ES256"),
            "writer" => _issuer.Token(_desk.Now),
            _ => null,
        };

        var backend = ExplainedToken.Of(_issuer.Keys, _desk.Now, token, method, claims: claims).Backends.Single();

        Assert.Equal(error, backend.Error);
        Assert.Equal(decision, backend.Steps.SingleOrDefault(s => s.Topic == "permission")?.Decision);
    }

    [Fact]
    public void Explain_KeysThatAreElsewhere_AreSaidNotToHaveBeenLookedAt_UnlessTheyAreGiven()
    {
        var (good, forged) = (_issuer.Token(_desk.Now), _forger.Token(_desk.Now));

        var unseen = ExplainedToken.Of(null, _desk.Now, forged);
        Assert.True(unseen.Passes);
        Assert.Contains("taken if default/orders/accounts signed it: its keys are at https://login.example/keys, and the signature was not verified", unseen.Backends.Single().Steps.Single(s => s.Topic == "token").Decision, StringComparison.Ordinal);
        Assert.Equal("token_invalid", ExplainedToken.Of(null, _desk.Now, forged, given: _issuer.Keys).Backends.Single().Error);
        Assert.True(ExplainedToken.Of(null, _desk.Now, good, given: _issuer.Keys).Passes);
    }

    [Fact]
    public void Explain_ATokenThatIsWanted_NamesThePolicyThatWantsIt()
    {
        var step = ExplainedToken.Of(_issuer.Keys, _desk.Now, null, caller: "batch").Backends.Single().Steps.Single(s => s.Topic == "permission");

        Assert.Equal("refused with 401: a token of default/orders/accounts (scope contains orders.write) is wanted", step.Decision);
        Assert.Equal(("TrafficPermission", "default/orders", "rules[0].default.allowOnly[2]"), (step.Origin.Kind, step.Origin.Name, step.Origin.Rule));
    }

    [Theory]
    [InlineData("no signature", "algorithm")]
    [InlineData("none in other letters", "algorithm")]
    [InlineData("shared secret that is the public key", "algorithm")]
    [InlineData("EdDSA", "algorithm")]
    [InlineData("algorithm of another key", "key_unknown")]
    [InlineData("another key of the issuer", "key_unknown")]
    [InlineData("key that nobody has", "key_unknown")]
    [InlineData("key id that leads into a file", "key_unknown")]
    [InlineData("key in the head", "signature")]
    [InlineData("key id is a number", "malformed")]
    [InlineData("signed by somebody else", "signature")]
    [InlineData("claims changed", "signature")]
    [InlineData("critical header", "critical_header")]
    [InlineData("unencoded payload", "critical_header")]
    [InlineData("two algorithms", "malformed")]
    [InlineData("two issuers", "malformed")]
    [InlineData("two audiences", "malformed")]
    [InlineData("other issuer", "issuer")]
    [InlineData("no issuer", "malformed")]
    [InlineData("issuer is a list", "malformed")]
    [InlineData("other audience", "audience")]
    [InlineData("no audience", "audience")]
    [InlineData("audience in other letters", "audience")]
    [InlineData("expired", "expired")]
    [InlineData("no end", "expired")]
    [InlineData("end is a text", "malformed")]
    [InlineData("end is beyond all time", "malformed")]
    [InlineData("not yet valid", "not_yet_valid")]
    [InlineData("issued in the future", "not_yet_valid")]
    [InlineData("padding", "malformed")]
    [InlineData("four parts", "malformed")]
    [InlineData("encrypted", "malformed")]
    [InlineData("opaque", "malformed")]
    [InlineData("payload is a list", "malformed")]
    [InlineData("deep", "malformed")]
    [InlineData("huge", "too_large")]
    [InlineData("two in one header", "malformed")]
    public async Task Judge_Hostile_IsRefused_AndExplainedWithTheSameWord(string what, string why)
    {
        var token = Hostile(what);

        Assert.Equal(why, await _desk.JudgeAsync(token));
        var explained = ExplainedToken.Of(_issuer.Keys, _desk.Now, token);
        Assert.Equal("token_invalid", explained.Backends.Single().Error);
        Assert.Contains($"refused with 401, {why}: ", explained.Backends.Single().Steps.Single(s => s.Topic == "token").Decision, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Judge_EndOfToken_IsHeldToWithTheSkew()
    {
        var token = _issuer.Token(_desk.Now); // ten minutes, and one of skew
        Assert.Equal("valid", await _desk.JudgeAsync(token));

        _desk.Time.Advance(TimeSpan.FromSeconds(659));
        Assert.Equal("valid", await _desk.JudgeAsync(token));
        _desk.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("expired", await _desk.JudgeAsync(token));
    }

    [Theory]
    [InlineData("Basic eA==", "missing")]
    [InlineData("Bearer", "missing")]
    [InlineData("bearer {0}", "valid")]
    [InlineData("Bearer   {0}", "valid")]
    [InlineData("Bearer {0}, Bearer {0}", "malformed")]
    [InlineData("{0}", "missing")]
    public async Task Judge_Authorization_IsReadAsRfc9110Says(string header, string expected)
    {
        var verdict = await _desk.JudgeAsync("", ("Authorization", string.Format(System.Globalization.CultureInfo.InvariantCulture, header, _issuer.Token(_desk.Now))));

        Assert.Equal(expected, verdict.Failure?.Word() ?? (verdict.Tokens.Length == 0 ? "missing" : "valid"));
    }

    [Fact]
    public async Task Judge_SeveralTokens_AreNone()
    {
        using var desk = new TokenDesk(_issuer.Provider with { Places = [TokenProvider.DefaultPlace, new(TokenPlaceKind.Cookie, "s"), new(TokenPlaceKind.Query, "t")] });
        var token = _issuer.Token(desk.Now);

        async Task<string> Judged(string query, params (string, string)[] headers) => (await desk.JudgeAsync(query, headers)) is var v && v.Failure is { } f ? f.Word() : v.Tokens.Length == 0 ? "missing" : "valid";

        Assert.Equal("valid", await Judged("", ("Cookie", $"a=b; s={token}")));
        Assert.Equal("valid", await Judged($"?x=1&t={token}"));
        Assert.Equal("valid", await Judged($"?%74={token}"));
        Assert.Equal("several", await Judged("", ("Authorization", $"Bearer {token}"), ("Authorization", "Basic x")));
        Assert.Equal("several", await Judged("", ("Authorization", $"Bearer {token}"), ("Cookie", $"s={token}")));
        Assert.Equal("several", await Judged("", ("Cookie", $"s={token}"), ("Cookie", "s=x")));
        Assert.Equal("several", await Judged($"?t={token}&%74=x"));
        Assert.Equal("missing", await Judged("?tt=1&t=", ("Cookie", "ss=1; xs=2")));
    }

    [Theory]
    [InlineData(TokenPlaceKind.Header, "x-token")]
    [InlineData(TokenPlaceKind.Cookie, "session")]
    [InlineData(TokenPlaceKind.Query, "token")]
    public void Strip_Token_LeavesTheRest(TokenPlaceKind kind, string name)
    {
        var headers = new HeaderDictionary { ["x-token"] = "secret", ["Cookie"] = "a=b; session=secret; c=d" };

        var query = TokenFinder.Strip(new TokenPlace(kind, name), headers, "?q=1&token=secret&r=2");

        Assert.Equal(
            (kind == TokenPlaceKind.Header ? "" : "secret", kind == TokenPlaceKind.Cookie ? "a=b; c=d" : "a=b; session=secret; c=d", kind == TokenPlaceKind.Query ? "?q=1&r=2" : "?q=1&token=secret&r=2"),
            (headers["x-token"].ToString(), headers["Cookie"].ToString(), query));
    }

    [Fact]
    public void Hash_OfAToken_AllocatesNothing()
    {
        var token = _issuer.Token(_desk.Now);
        var hash = TokenHash.Of(token);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var again = TokenHash.Of(token);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(hash, again);
        Assert.NotEqual(hash, TokenHash.Of(token[1..]));
    }

    [Fact]
    public async Task Judge_ManyTokens_KeepsABoundedNumber()
    {
        for (var i = 0; i < TokenVerifier.MostKept + 10; i++)
        {
            var token = _issuer.Token(_desk.Now, more: $"\"n\":{i},");
            Assert.Equal("valid", await _desk.JudgeAsync(token).InTime());
        }
    }

    private string Hostile(string what)
    {
        var now = _desk.Now;
        var head = TestIssuer.Head("ES256");
        var claims = TestIssuer.Claims(now);
        string Signed(string h, string c) => _issuer.Sign(h, c, "ES256");
        string Said(string name, string value) => Signed(head, TestIssuer.Claims(now, $"\"{name}\":{value},"));
        string Without(string name, string? instead = null)
        {
            var member = System.Text.Json.Nodes.JsonNode.Parse(claims)!.AsObject();
            member.Remove(name);
            var rest = member.ToJsonString();
            return Signed(head, instead is null ? rest : $"{{\"{name}\":{instead},{rest[1..]}");
        }

        return what switch
        {
            "no signature" => $"{TestIssuer.Part("{\"alg\":\"none\"}")}.{TestIssuer.Part(claims)}.AA",
            "none in other letters" => $"{TestIssuer.Part("{\"alg\":\"NonE\"}")}.{TestIssuer.Part(claims)}.AA",
            "shared secret that is the public key" => _issuer.Sign("{\"alg\":\"HS256\",\"kid\":\"r\"}", claims, "HS256"),
            "EdDSA" => Signed("{\"alg\":\"EdDSA\",\"kid\":\"e\"}", claims),
            "algorithm of another key" => Signed("{\"alg\":\"RS256\",\"kid\":\"e\"}", claims),
            "another key of the issuer" => Signed("{\"alg\":\"ES256\",\"kid\":\"f\"}", claims),
            "key that nobody has" => Signed("{\"alg\":\"ES256\",\"kid\":\"zz\"}", claims),
            "key id that leads into a file" => Signed("{\"alg\":\"ES256\",\"kid\":\"../../dev/null\"}", claims),
            "key in the head" => _forger.Sign($"{{\"alg\":\"ES256\",\"kid\":\"e\",\"jku\":\"https://evil.example/keys\",\"jwk\":{System.Text.Json.Nodes.JsonNode.Parse(_forger.Keys)!["keys"]![1]!.ToJsonString()}}}", claims, "ES256"),
            "key id is a number" => Signed("{\"alg\":\"ES256\",\"kid\":7}", claims),
            "signed by somebody else" => _forger.Token(now),
            "claims changed" => $"{TestIssuer.Part(head)}.{TestIssuer.Part(claims.Replace("ann", "root", StringComparison.Ordinal))}.{_issuer.Token(now).Split('.')[2]}",
            "critical header" => Signed("{\"alg\":\"ES256\",\"kid\":\"e\",\"crit\":[\"x\"],\"x\":1}", claims),
            "unencoded payload" => Signed("{\"alg\":\"ES256\",\"kid\":\"e\",\"b64\":false}", claims),
            "two algorithms" => Signed("{\"alg\":\"none\",\"alg\":\"ES256\",\"kid\":\"e\"}", claims),
            "two issuers" => Said("iss", "\"https://evil.example/\""),
            "two audiences" => Said("aud", "\"orders\""),
            "other issuer" => Without("iss", "\"https://evil.example/\""),
            "no issuer" => Without("iss"),
            "issuer is a list" => Without("iss", $"[\"{TestIssuer.Name}\"]"),
            "other audience" => Without("aud", "\"payments\""),
            "no audience" => Without("aud"),
            "audience in other letters" => Without("aud", "\"Orders\""),
            "expired" => Without("exp", $"{now.AddSeconds(-60).ToUnixTimeSeconds()}"),
            "no end" => Without("exp"),
            "end is a text" => Without("exp", $"\"{now.AddHours(1).ToUnixTimeSeconds()}\""),
            "end is beyond all time" => Without("exp", "1e300"),
            "not yet valid" => Said("nbf", $"{now.AddSeconds(61).ToUnixTimeSeconds()}"),
            "issued in the future" => Said("iat", $"{now.AddSeconds(61).ToUnixTimeSeconds()}"),
            "padding" => _issuer.Token(now) + "=",
            "four parts" => _issuer.Token(now) + ".x",
            "encrypted" => "a.b.c.d.e",
            "opaque" => "0123456789abcdef",
            "payload is a list" => Signed(head, "[]"),
            "deep" => Said("x", new string('[', 40) + new string(']', 40)),
            "huge" => Said("x", $"\"{new string('x', 9000)}\""),
            "two in one header" => $"{_issuer.Token(now)} {_issuer.Token(now)}",
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
        };
    }
}
