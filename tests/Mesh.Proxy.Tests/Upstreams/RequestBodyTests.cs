using System.IO.Pipelines;
using Mesh.Proxy.Tests.Pair;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Tests.Upstreams;

/// <summary>A body that is sent again is the body that the caller sends, wherever the attempt before stood.</summary>
public sealed class RequestBodyTests
{
    private readonly Pipe _caller = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task StopAsync_MoreCameDuringAWrite_TheNextCopyHasIt()
    {
        using var body = Body(keepLimit: 100);
        var first = new HeldStream();
        var copy = body.CopyToAsync(first, Stop);
        await SayAsync("one ");
        await first.IsWriting.InTime();
        await SayAsync("two ");

        var stopped = body.StopAsync();
        first.Release();
        await stopped.InTime();
        await Assert.ThrowsAsync<OperationCanceledException>(() => copy.InTime());

        Assert.Equal("one two three", await RestAsync(body, "three"));
    }

    [Fact]
    public async Task TryHold_MoreComesThanIsKept_TheNextCopyHasIt()
    {
        using var body = Body(keepLimit: 6);
        var first = new HeldStream();
        var copy = body.CopyToAsync(first, Stop);
        await SayAsync("one ");
        await first.IsWriting.InTime();

        Assert.True(body.TryHold());
        first.Release();
        await SayAsync("two ");
        await Assert.ThrowsAsync<OperationCanceledException>(() => copy.InTime());
        await body.StopAsync().InTime();

        Assert.Equal("one two three", await RestAsync(body, "three"));
    }

    [Fact]
    public async Task TryHold_MoreHasComeThanIsKept_SaysNo()
    {
        using var body = Body(keepLimit: 6);
        var first = new HeldStream();
        first.Release();
        var copy = body.CopyToAsync(first, Stop);
        await SayAsync("one two ");
        await first.IsWriting.InTime();

        Assert.False(body.TryHold());
        Assert.False(body.CanBeSentAgain);
        await body.StopAsync().InTime();
        await Assert.ThrowsAsync<OperationCanceledException>(() => copy.InTime());
        await Assert.ThrowsAsync<InvalidOperationException>(() => body.CopyToAsync(new MemoryStream(), Stop).InTime());
    }

    [Fact]
    public async Task TryHold_FitsAll_TheCopyGoesOn()
    {
        using var body = Body(keepLimit: 100);
        var first = new HeldStream();
        first.Release();
        var copy = body.CopyToAsync(first, Stop);
        await SayAsync("one ");

        Assert.True(body.TryHold());
        await SayAsync("two");
        await _caller.Writer.CompleteAsync();
        await copy.InTime();

        Assert.Equal("one two", first.Written);
        Assert.True(body.IsAtEnd);
    }

    private RequestBody Body(int keepLimit) => new(DetachedRequest.Create("PUT", "orders", _caller.Reader, Stream.Null), keepLimit);

    private async Task SayAsync(string text) => await _caller.Writer.WriteAsync(System.Text.Encoding.ASCII.GetBytes(text), Stop).InTime();

    private async Task<string> RestAsync(RequestBody body, string text)
    {
        var next = new HeldStream();
        next.Release();
        var copy = body.CopyToAsync(next, Stop);
        await SayAsync(text);
        await _caller.Writer.CompleteAsync();
        await copy.InTime();
        return next.Written;
    }
}
