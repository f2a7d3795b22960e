using System.Threading.Channels;
using Grpc.Core;
using Mesh.Proxy.Bootstrap;
using Mesh.Proxy.Telemetry.Recording;
using Mesh.Recording.V1;
using Mesh.Xds.Codecs;

namespace Mesh.Proxy.Configuration;

/// <summary>Lets this sidecar record while somebody asks for it, and tells the control plane once a second what came. Without a recording it waits.</summary>
internal sealed partial class RecordingReporter : BackgroundService
{
    private const int EdgesPerReport = 16;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(5);

    private readonly ProxySettings _settings;
    private readonly CallInvoker _control;
    private readonly ILiveConfiguration _configuration;
    private readonly TrafficRecorder _recorder;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Queue<TrafficRecording> _ended = [];

    public RecordingReporter(ProxySettings settings, CallInvoker control, ILiveConfiguration configuration, TrafficRecorder recorder, TimeProvider time, ILogger<RecordingReporter> logger)
    {
        (_settings, _control, _configuration, _recorder, _time, _logger) = (settings, control, configuration, recorder, time, logger);
        configuration.RecordingChanged += TakeUp;
        Settle();
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        _configuration.RecordingChanged -= TakeUp;
        base.Dispose();
    }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (_recorder.Current is { } recording)
        {
            // Nobody who records restarts replicas to lose what they saw.
            _recorder.End(recording);
            await SendAsync(recording, isFinal: true, cancellationToken);
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await PauseAsync(_recorder.Current is null && Ended() is null ? Timeout.InfiniteTimeSpan : Every, stoppingToken);
            Settle(); // it may be over by this side's clock
            while (Ended() is { } ended && await SendAsync(ended, isFinal: true, stoppingToken))
            {
                lock (_lock)
                {
                    // While it was told, a newer one may have pushed it out.
                    if (_ended.TryPeek(out var oldest) && oldest == ended)
                    {
                        _ended.Dequeue();
                    }
                }
            }

            if (_recorder.Current is { } recording)
            {
                await SendAsync(recording, isFinal: false, stoppingToken);
            }
        }
    }

    private TrafficRecording? Ended()
    {
        lock (_lock)
        {
            return _ended.TryPeek(out var oldest) ? oldest : null;
        }
    }

    private void TakeUp()
    {
        Settle();
        _news.Writer.TryWrite(true);
    }

    // Wakes nobody up: the loop itself comes here, and would never rest.
    private void Settle()
    {
        lock (_lock)
        {
            var wanted = _configuration.Recording is { } order && order.EndsAt > _time.GetUtcNow() ? order.Id : null;
            if (_recorder.Current is { } current && current.Id != wanted)
            {
                _recorder.End(current);

                // Whoever cannot be told of one does not keep many.
                if (_ended.Count >= 2)
                {
                    _ended.Dequeue();
                }

                _ended.Enqueue(current);
                Log.Ended(_logger, current.Id);
            }

            if (wanted is not null && _recorder.Current is null)
            {
                _recorder.Begin(wanted);
                Log.Begun(_logger, wanted, _configuration.Recording!.EndsAt);
            }
        }
    }

    private async Task<bool> SendAsync(TrafficRecording recording, bool isFinal, CancellationToken stoppingToken)
    {
        var (edges, unlisted) = recording.Take();
        if (edges.IsEmpty && unlisted == 0 && !isFinal)
        {
            return true;
        }

        var sent = 0;
        try
        {
            do
            {
                var some = edges.Slice(sent, Math.Min(EdgesPerReport, edges.Length - sent));
                var report = new RecordingReport { Recording = recording.Id, Replica = _settings.Replica, Unlisted = sent == 0 ? (ulong)unlisted : 0, Final = isFinal && sent + some.Length == edges.Length };
                report.Edges.AddRange(some.Select(RecordingCodec.Encode));
                using var call = new RecordingService.RecordingServiceClient(_control).ReportAsync(report, deadline: _time.GetUtcNow().UtcDateTime + AnswerWithin, cancellationToken: stoppingToken);
                await call.ResponseAsync;
                sent += some.Length;
                unlisted = 0;
            }
            while (sent < edges.Length);
            return true;
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unimplemented or StatusCode.PermissionDenied or StatusCode.InvalidArgument)
        {
            // It will not be taken the next time either.
            Log.NotTaken(_logger, recording.Id, e.Status.Detail);
            return true;
        }
        // Whatever breaks a call, the answer is another one; what was under way may be counted twice, and is not lost.
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            Log.NotTold(_logger, recording.Id, e.Message);
            recording.PutBack(edges[sent..], unlisted);
            return false;
        }
        catch (RpcException)
        {
            return false; // Ending: so gRPC says that a call was cancelled.
        }
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var delay = Task.Delay(pause, _time, over.Token);
        var news = _news.Reader.ReadAsync(over.Token).AsTask();
        await Task.WhenAny(delay, news);
        await over.CancelAsync();
        await Task.WhenAll(delay, news).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static partial class Log
    {
        [LoggerMessage(3730, LogLevel.Information, "Recording {Id} has begun: callers and what they ask for are noted, until {End:O} at the latest.", EventName = nameof(Begun))]
        public static partial void Begun(ILogger logger, string id, DateTimeOffset end);

        [LoggerMessage(3731, LogLevel.Information, "Recording {Id} has ended.", EventName = nameof(Ended))]
        public static partial void Ended(ILogger logger, string id);

        [LoggerMessage(3732, LogLevel.Debug, "What recording {Id} saw could not be told, and is told later: {Reason}", EventName = nameof(NotTold))]
        public static partial void NotTold(ILogger logger, string id, string reason);

        [LoggerMessage(3733, LogLevel.Warning, "The control plane does not take what recording {Id} saw: {Reason}", EventName = nameof(NotTaken))]
        public static partial void NotTaken(ILogger logger, string id, string reason);
    }
}
