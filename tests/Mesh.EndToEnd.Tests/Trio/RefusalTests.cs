using System.Net;

namespace Mesh.EndToEnd.Tests.Trio;

/// <summary>front has no edge to other: every path that a process of front could try is closed.</summary>
[Collection("Trio")]
public sealed class RefusalTests(TrioFixture trio)
{
    public static TheoryData<string> Names => ["other", "other:80", "http.other.default", "other.default.svc.cluster.local"];

    public static TheoryData<string, string> ForgedHeaders => new()
    {
        { "x-forwarded-client-cert", "By=spiffe://trio.local/ns/default/sa/other;URI=spiffe://trio.local/ns/default/sa/back" },
        { "x-mesh-caller", "spiffe://trio.local/ns/default/sa/back" },
        { "x-forwarded-for", "10.0.0.1" },
        { "forwarded", "for=127.0.0.1;by=back" },
        { "mesh-identity", "spiffe://trio.local/developer" },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public async Task OwnOutboundListener_AnotherHostName_StillReachesOnlyItsUpstream(string host)
    {
        var mesh = await trio.MeshAsync();

        var answer = await mesh.App("front").CallAsync("{BACK_HTTP}/who", headers: new() { ["host"] = host });

        Assert.Equal(200, answer.Status);
        Assert.StartsWith("back-", answer.Header("x-replica"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FrontDoor_OfAServiceWithoutAnEdge_Refuses()
    {
        var mesh = await trio.MeshAsync();

        var answer = await mesh.App("front").CallAsync($"{mesh.UrlOf("other")}who");

        Assert.Equal(403, answer.Status);
        Assert.StartsWith("permission_denied", answer.Header("mesh-error"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(ForgedHeaders))]
    public async Task FrontDoor_ForgedHeaders_Refuses(string name, string value)
    {
        var mesh = await trio.MeshAsync();

        var answer = await mesh.App("front").CallAsync($"{mesh.UrlOf("other")}who", headers: new() { [name] = value });

        Assert.Equal(403, answer.Status);
    }

    [Fact]
    public async Task FrontDoor_TheDeveloper_MayPass()
    {
        var mesh = await trio.MeshAsync();
        using var http = new HttpClient();

        Assert.Equal("ok", await http.GetStringAsync($"{mesh.UrlOf("other")}health", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task MeshDoor_PlainHttp_Refuses()
    {
        var mesh = await trio.MeshAsync();

        var answer = await mesh.App("front").CallAsync($"http://{mesh.MeshDoorOf("other-0")}/who", headers: new() { ["host"] = "http.other.default" });

        Assert.Equal(0, answer.Status);
        Assert.NotNull(answer.Error);
    }

    [Fact]
    public async Task MeshDoor_TlsWithoutACertificate_Refuses()
    {
        var mesh = await trio.MeshAsync();

        var answer = await mesh.App("front").CallAsync($"https://{mesh.MeshDoorOf("other-0")}/who", headers: new() { ["host"] = "http.other.default" });

        Assert.Equal(0, answer.Status);
    }

    [Fact]
    public async Task OutboundListener_OfAnotherServicesSidecar_Refuses()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells the sidecar whose process a peer is.");
        var mesh = await trio.MeshAsync();

        var answer = await mesh.App("front").CallAsync($"http://{mesh.OutboundOf("back-0", "default/other/http")}/who");

        Assert.True(answer.Status is 0 or 403, answer.ToString());
    }

    [Theory]
    [InlineData("origin", "http://evil.example")]
    [InlineData("origin", "null")]
    [InlineData("sec-fetch-site", "cross-site")]
    [InlineData("host", "evil.example")]
    [InlineData("host", "127.0.0.1.evil.example")]
    public async Task FrontDoor_AnotherWebPage_IsNotTheDeveloper(string header, string value)
    {
        var mesh = await trio.MeshAsync();
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{mesh.UrlOf("front")}echo/x");
        request.Headers.TryAddWithoutValidation(header, value);

        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.Forbidden, HttpStatusCode.MisdirectedRequest, HttpStatusCode.BadRequest });
        Assert.True(answer.Headers.Contains("mesh-error"), answer.ToString());
    }
}
