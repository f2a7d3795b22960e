using System.Collections.Concurrent;

namespace Mesh.EndToEnd.Tests.Running;

/// <summary>Closed-loop load: each worker calls again as soon as it has its answer.</summary>
internal sealed class Load
{
    private readonly ConcurrentQueue<CallResult> _results = new();
    private Task _workers = Task.CompletedTask;

    public static Load RunAsync(int workers, Func<Task<CallResult>> call, CancellationToken enough)
    {
        var load = new Load();
        load._workers = Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                load._results.Enqueue(await call());
            }
        })));
        return load;
    }

    /// <summary>Until so many more answers have come.</summary>
    public Task AfterMoreAsync(int answers)
    {
        var until = _results.Count + answers;
        return Eventually.GetAsync(() => Task.FromResult(_results.Count), n => n >= until || _workers.IsFaulted, TimeSpan.FromSeconds(60));
    }

    public async Task<CallResult[]> ResultsAsync()
    {
        await _workers.WaitAsync(TimeSpan.FromSeconds(60));
        return [.. _results];
    }
}
