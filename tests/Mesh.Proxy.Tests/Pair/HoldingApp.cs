using System.Net;
using Microsoft.AspNetCore.Http;

namespace Mesh.Proxy.Tests.Pair;

/// <summary>Answers nobody before it is told to.</summary>
internal sealed class HoldingApp : IAsyncDisposable
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _came = new(0);
    private TestApp? _app;
    private int _counted;
    private int _seen;

    public int Seen => Volatile.Read(ref _seen);

    public IPEndPoint Address => _app!.Address;

    public static async Task<HoldingApp> StartAsync()
    {
        var gate = new HoldingApp();
        gate._app = await TestApp.StartAsync(async context =>
        {
            Interlocked.Increment(ref gate._seen);
            gate._came.Release();
            await gate._released.Task.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync("ok", context.RequestAborted);
        });
        return gate;
    }

    public async Task HasAsync(int requests)
    {
        for (; _counted < requests; _counted++)
        {
            await _came.WaitAsync(TestContext.Current.CancellationToken).InTime();
        }
    }

    public void Release() => _released.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        Release();
        await _app!.DisposeAsync();
        _came.Dispose();
    }
}
