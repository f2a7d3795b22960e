using System.Threading.Channels;

namespace Mesh.Proxy.Telemetry.AccessLogs;

/// <summary>
/// Sends log records to a collector from one task of its own, in batches. What does not fit into the queue, or is not taken after some attempts, is dropped and counted.
/// </summary>
internal sealed partial class OtlpAccessLog : IAsyncDisposable
{
    /// <summary>Records that may wait, as before a file.</summary>
    public const int Capacity = 8192;

    // The SDK's, for spans and logs.
    private const int Batch = 512;
    private const int Attempts = 4;

    // A collector that hangs must not hold up a restart.
    private static readonly TimeSpan LastExport = TimeSpan.FromSeconds(2);
    private static readonly Task Never = new TaskCompletionSource().Task;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    private readonly Channel<byte[]> _records = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly CancellationTokenSource _ending = new();
    private readonly CancellationTokenSource _ended;
    private readonly OtlpClient _client;
    private readonly OtlpBatch _batch;
    private readonly TimeSpan _delay;
    private readonly ProxyMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Task _pump;
    private volatile TaskCompletionSource? _filling;
    private bool _isBroken;

    /// <summary>Starts sending.</summary>
    /// <param name="client">Where to; owned from here on.</param>
    /// <param name="batch">Whose records they are.</param>
    /// <param name="delay">How long records are gathered, unless a batch is full.</param>
    /// <param name="metrics">Where losses are counted.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public OtlpAccessLog(OtlpClient client, OtlpBatch batch, TimeSpan delay, ProxyMetrics metrics, TimeProvider time, ILogger logger)
    {
        (_client, _batch, _delay, _metrics, _time, _logger) = (client, batch, delay, metrics, time, logger);
        _ended = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _pump = Task.Run(PumpAsync);
    }

    /// <summary>Queues a record.</summary>
    public void Write(byte[] record)
    {
        if (!_records.Writer.TryWrite(record))
        {
            _metrics.AccessLogDropped(1);
        }

        if (_filling is { } filling && _records.Reader.Count >= Batch)
        {
            filling.TrySetResult();
        }
    }

    /// <summary>Sends what is queued, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _records.Writer.TryComplete();
        await _ending.CancelAsync();
        _ended.CancelAfter(LastExport);
        await _pump;
        _client.Dispose();
        _ending.Dispose();
        _ended.Dispose();
    }

    private async Task PumpAsync()
    {
        var records = new List<byte[]>(Batch);
        while (await _records.Reader.WaitToReadAsync())
        {
            await GatherAsync();
            records.Clear();
            while (records.Count < Batch && _records.Reader.TryRead(out var record))
            {
                records.Add(record);
            }

            await SendAsync(records);
        }
    }

    private async ValueTask GatherAsync()
    {
        var filling = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _filling = filling;
        if (_records.Reader.Count < Batch)
        {
            await PauseAsync(_delay, filling.Task);
        }

        _filling = null;
    }

    private async ValueTask SendAsync(List<byte[]> records)
    {
        var pause = FirstPause;
        for (var attempt = 1; ; attempt++)
        {
            var answer = await TrySendAsync(records);
            if (answer.Problem is null)
            {
                _isBroken = false;
                Lose(answer.Rejected);
                return;
            }

            if (!_isBroken)
            {
                _isBroken = true;
                Log.NotTaken(_logger, answer.Problem);
            }

            if (!answer.MayPass || attempt == Attempts || _ended.IsCancellationRequested)
            {
                Lose(records.Count);
                return;
            }

            await PauseAsync(pause, Never);
            if (_ending.IsCancellationRequested)
            {
                // Whoever ends has no time to wait for a collector that is away.
                attempt = Attempts - 1;
            }

            pause *= 2;
        }
    }

    private async Task<OtlpAnswer> TrySendAsync(List<byte[]> records)
    {
        try
        {
            return await _client.SendAsync(_batch.Of(records, _client.Prefix), _ended.Token);
        }
        catch (OperationCanceledException)
        {
            return new("this sidecar ends");
        }
    }

    private void Lose(int records)
    {
        if (records > 0)
        {
            _metrics.AccessLogDropped(records);
        }
    }

    // Until the time is over, something else has come, or the end has.
    private async Task PauseAsync(TimeSpan pause, Task other)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
        await Task.WhenAny(Task.Delay(pause, _time, over.Token), other);
        await over.CancelAsync();
    }

    private static partial class Log
    {
        [LoggerMessage(3821, LogLevel.Warning, "The collector takes no records of access logs: {Reason}. What it does not take after some attempts is dropped and counted.", EventName = nameof(NotTaken))]
        public static partial void NotTaken(ILogger logger, string reason);
    }
}
