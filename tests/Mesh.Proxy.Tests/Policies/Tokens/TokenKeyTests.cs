using System.Net;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.TrafficPermission.Tokens;
using Mesh.Proxy.Tests.Pair;
using Mesh.Testing.Identity;

namespace Mesh.Proxy.Tests.Policies.Tokens;

/// <summary>Where keys come from, what their server may do, and what happens without them.</summary>
public sealed class TokenKeyTests : IDisposable
{
    private readonly TestIssuer _issuer = new();
    private readonly TestIssuer _next = new();
    private TokenDesk? _desk;

    public void Dispose()
    {
        _desk?.Dispose();
        _issuer.Dispose();
        _next.Dispose();
    }

    [Fact]
    public async Task Judge_KeysAtAUrl_AreFetchedOnceAndUsed()
    {
        var desk = Fetching(served: true);

        Assert.Equal("valid", await desk.JudgeAsync(_issuer.Token(desk.Now)).InTime());
        Assert.Equal("valid", await desk.JudgeAsync(_issuer.Token(desk.Now, "RS256")).InTime());
        Assert.Equal(2, desk.Server.Fetches); // the first came before anything was served
    }

    [Fact]
    public async Task Judge_KeysThatCannotBeHad_RefusesAndTriesAgainLater()
    {
        var desk = Fetching(served: false);
        var token = _issuer.Token(desk.Now);

        Assert.Equal("keys_unavailable", await desk.JudgeAsync(token).InTime());
        Assert.Equal("keys_unavailable", await desk.JudgeAsync(token).InTime());
        Assert.Equal(1, desk.Server.Fetches);

        desk.Server.Serve(_issuer.Keys);
        desk.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("valid", await desk.JudgeAsync(token).InTime());
    }

    [Fact]
    public async Task Judge_OldKeysWhileTheServerIsAway_AreUsedUntilTheirLimitAndNotBeyond()
    {
        var desk = Fetching(served: true);
        Assert.Equal("valid", await desk.JudgeAsync(_issuer.Token(desk.Now)).InTime());
        desk.Server.Fail();

        desk.Time.Advance(TimeSpan.FromMinutes(69)); // 10 min, and 1 h of grace
        Assert.Equal("valid", await desk.JudgeAsync(_issuer.Token(desk.Now)).InTime());
        desk.Time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal("keys_unavailable", await desk.JudgeAsync(_issuer.Token(desk.Now)).InTime());
    }

    [Fact]
    public async Task Judge_KeptTokenWhoseKeysAreTooOld_IsRefusedToo()
    {
        var desk = Fetching(served: true, provider => provider with { StaleLimit = TimeSpan.Zero, CacheDuration = TimeSpan.FromMinutes(1) });
        var token = _issuer.Token(desk.Now);
        Assert.Equal("valid", await desk.JudgeAsync(token).InTime());
        desk.Server.Fail();
        desk.Time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal("keys_unavailable", await desk.JudgeAsync(token).InTime());
    }

    [Fact]
    public async Task Judge_KeyThatIsNotThereYet_IsFetchedAtOnceButNotAtEverybodysWill()
    {
        var desk = Fetching(served: true);
        Assert.Equal("valid", await desk.JudgeAsync(_issuer.Token(desk.Now)).InTime());
        desk.Time.Advance(TimeSpan.FromSeconds(30));
        desk.Server.Serve(_next.Keys.Replace("\"kid\":\"e\"", "\"kid\":\"n\"", StringComparison.Ordinal));
        var token = _next.Sign("{\"alg\":\"ES256\",\"kid\":\"n\"}", TestIssuer.Claims(desk.Now), "ES256");
        var before = desk.Server.Fetches;

        Assert.Equal("valid", await desk.JudgeAsync(token).InTime());
        Assert.Equal(before + 1, desk.Server.Fetches);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("key_unknown", await desk.JudgeAsync(_next.Sign($"{{\"alg\":\"ES256\",\"kid\":\"x{i}\"}}", TestIssuer.Claims(desk.Now), "ES256")).InTime());
        }

        Assert.Equal(before + 1, desk.Server.Fetches);
    }

    [Fact]
    public async Task Judge_KeyThatWasTakenBack_EndsTokensThatWereKept()
    {
        var desk = Fetching(served: true);
        var token = _issuer.Token(desk.Now);
        Assert.Equal("valid", await desk.JudgeAsync(token).InTime());
        desk.Server.Serve(_next.Keys);
        desk.Time.Advance(TimeSpan.FromMinutes(9) + TimeSpan.FromSeconds(61));

        await desk.JudgeAsync(_issuer.Token(desk.Now)).InTime(); // sees that the keys are old and has them fetched

        Assert.Equal("signature", await desk.JudgeAsync(_issuer.Sign(TestIssuer.Head("ES256"), TestIssuer.Claims(desk.Now), "ES256")).InTime());
        Assert.Equal("signature", await desk.JudgeAsync(token).InTime());
    }

    [Fact]
    public async Task Judge_ServerThatNeverAnswers_IsWaitedForOnceAndForALimitedTime()
    {
        var desk = Fetching(served: false);
        desk.Time.Advance(TimeSpan.FromSeconds(5));
        desk.Server.Answer = async stop =>
        {
            await Task.Delay(Timeout.Infinite, stop);
            throw new InvalidOperationException();
        };
        var first = desk.JudgeAsync(_issuer.Token(desk.Now));
        var second = desk.JudgeAsync(_issuer.Token(desk.Now, "ES384"));

        Assert.False(first.IsCompleted || second.IsCompleted);
        Assert.Equal(2, desk.Server.Fetches);
        desk.Time.Advance(TokenKeyReader.Limit);

        Assert.Equal(("keys_unavailable", "keys_unavailable"), (await first.InTime(), await second.InTime()));
    }

    [Theory]
    [InlineData("redirect")]
    [InlineData("huge by its length")]
    [InlineData("huge without a length")]
    [InlineData("no JSON")]
    [InlineData("no keys")]
    [InlineData("shared secrets only")]
    [InlineData("weak keys only")]
    [InlineData("keys for encryption only")]
    [InlineData("points beside the curve only")]
    public async Task Judge_ServerThatSendsSomethingElse_IsAsIfItWereAway(string what)
    {
        var desk = Fetching(served: false);
        desk.Time.Advance(TimeSpan.FromSeconds(5));
        desk.Server.Answer = _ => Task.FromResult(Answer(what));

        Assert.Equal("keys_unavailable", await desk.JudgeAsync(_issuer.Token(desk.Now)).InTime());
        Assert.Equal(2, desk.Server.Fetches);
    }

    [Fact]
    public async Task Judge_KeysInAFile_AreReadAnewOnceAMinute()
    {
        using var directory = new TemporaryDirectory();
        var file = Path.Combine(directory.Path, "keys.json");
        await File.WriteAllTextAsync(file, _issuer.Keys, TestContext.Current.CancellationToken);
        using var desk = new TokenDesk(_issuer.Provider with { Keys = null, KeysFile = file });
        Assert.Equal("valid", await desk.JudgeAsync(_issuer.Token(desk.Now)).InTime());

        File.Delete(file);
        desk.Time.Advance(TimeSpan.FromMinutes(62));

        Assert.Equal("keys_unavailable", await desk.JudgeAsync(_issuer.Token(desk.Now)).InTime());
    }

    private TokenDesk Fetching(bool served, Func<TokenProvider, TokenProvider>? change = null)
    {
        var provider = _issuer.Provider with { Keys = null, KeysUrl = new Uri("https://login.example/keys") };
        var desk = _desk = new TokenDesk(change?.Invoke(provider) ?? provider);
        if (served)
        {
            desk.Server.Serve(_issuer.Keys);
            desk.Time.Advance(TimeSpan.FromSeconds(5));
        }

        return desk;
    }

    private HttpResponseMessage Answer(string what) => what switch
    {
        "redirect" => new(HttpStatusCode.Found) { Headers = { Location = new Uri("https://evil.example/keys") }, Content = new StringContent(_issuer.Keys) },
        "huge by its length" => new(HttpStatusCode.OK) { Content = new ByteArrayContent(new byte[TokenKeyReader.MostBytes + 1]) },
        "huge without a length" => new(HttpStatusCode.OK) { Content = new StreamContent(new EndlessStream()) },
        "no JSON" => Text("<html>"),
        "no keys" => Text("{\"keys\":[]}"),
        "shared secrets only" => Text("{\"keys\":[{\"kty\":\"oct\",\"kid\":\"e\",\"k\":\"c2VjcmV0\",\"alg\":\"HS256\"}]}"),
        "weak keys only" => Text("{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"r\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}"),
        "keys for encryption only" => Text(_issuer.Keys.Replace("\"kty\"", "\"key_ops\":[\"encrypt\"],\"kty\"", StringComparison.Ordinal)),
        _ => Text("{\"keys\":[{\"kty\":\"EC\",\"kid\":\"e\",\"crv\":\"P-256\",\"x\":\"AQ\",\"y\":\"AQ\"}]}"),
    };

    private static HttpResponseMessage Text(string text) => new(HttpStatusCode.OK) { Content = new StringContent(text) };

    private sealed class EndlessStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => 0; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Array.Fill(buffer, (byte)' ', offset, count);
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
