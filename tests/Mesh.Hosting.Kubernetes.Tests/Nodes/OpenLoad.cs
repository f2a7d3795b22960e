using System.Collections.Concurrent;
using System.Diagnostics;

namespace Mesh.Hosting.Kubernetes.Tests.Nodes;

/// <summary>Calls at a rate, whether or not those before were answered. At most so many are open at a time as a busy client's pool lets through; what is due meanwhile is sent as soon as one is answered.</summary>
internal sealed class OpenLoad : IAsyncDisposable
{
    private const int Open = 128;

    private readonly CancellationTokenSource _enough = new();
    private readonly ConcurrentDictionary<string, int> _outcomes = new();
    private readonly SemaphoreSlim _slots = new(Open);
    private readonly Func<int, Task<string>> _call;
    private readonly Task _running;

    private OpenLoad(int perSecond, Func<int, Task<string>> call)
    {
        _call = call;
        _running = Task.Run(() => RunAsync(perSecond));
    }

    /// <summary>How many were answered so far.</summary>
    public int Answered => _outcomes.Values.Sum();

    /// <summary>Begins.</summary>
    /// <param name="perSecond">The rate.</param>
    /// <param name="call">Makes one call, given its number, and says how it ended.</param>
    public static OpenLoad Start(int perSecond, Func<int, Task<string>> call) => new(perSecond, call);

    /// <summary>Sends no more, and waits for those that are open.</summary>
    /// <returns>How many ended how.</returns>
    public async Task<IReadOnlyDictionary<string, int>> EndAsync()
    {
        await _enough.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(60));
        return _outcomes;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _enough.Dispose();
        _slots.Dispose();
    }

    private async Task RunAsync(int perSecond)
    {
        var began = Stopwatch.StartNew();
        var sent = 0;
        while (!_enough.IsCancellationRequested)
        {
            for (var due = (int)(began.Elapsed.TotalSeconds * perSecond); sent < due && !_enough.IsCancellationRequested; sent++)
            {
                await _slots.WaitAsync();
                _ = OneAsync(sent);
            }

            await Task.Delay(5);
        }

        for (var i = 0; i < Open; i++)
        {
            await _slots.WaitAsync();
        }

        _slots.Release(Open);
    }

    private async Task OneAsync(int number)
    {
        var outcome = "no outcome";
        try
        {
            outcome = await _call(number);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            outcome = $"{e.GetType().Name}: {e.GetBaseException().Message}";
        }
        finally
        {
            _outcomes.AddOrUpdate(outcome, 1, (_, n) => n + 1);
            _slots.Release();
        }
    }
}
