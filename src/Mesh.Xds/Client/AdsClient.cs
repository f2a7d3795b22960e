using System.Text.Json;
using Envoy.Service.Discovery.V3;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Mesh.Xds.Client;

/// <summary>The delta ADS client of a sidecar.</summary>
/// <param name="options">Who it is and how it behaves.</param>
/// <param name="connect">
/// Gives the channel to the control plane, asked anew before every attempt, so that it can carry the live SVID. Whoever gives it disposes of it. It should
/// send HTTP/2 pings: a control plane that hangs is found by nothing else.
/// </param>
/// <param name="sink">Takes the configuration.</param>
/// <param name="time">The clock.</param>
/// <param name="random">Draws the pauses between attempts; used by one task at a time.</param>
/// <param name="logger">The log.</param>
public sealed partial class AdsClient(
    AdsClientOptions options,
    Func<CancellationToken, ValueTask<CallInvoker>> connect,
    IConfigurationSink sink,
    TimeProvider time,
    Random random,
    ILogger<AdsClient> logger) : IAdsClient
{
    private readonly ConfigurationStore _store = new(options, sink, time);
    private readonly Backoff _backoff = new(options.FirstPause, options.LongestPause, random);
    private volatile AdsClientStatus _status = new(Connected: false, time.GetUtcNow(), HasSnapshot: false, LastError: null);
    private int _savedEdition;
    private int _savedPermissions;
    private DateTimeOffset _unsavedSince;

    /// <inheritdoc />
    public AdsClientStatus Status => _status with { HasSnapshot = _store.HasSnapshot };

    /// <inheritdoc />
    public bool LoadSaved()
    {
        try
        {
            var saved = SavedConfigurationFile.Read(options.StateDirectory);
            if (saved is null)
            {
                return false;
            }

            if (saved.Identity != options.Node.Identity.Text)
            {
                Log.SavedForOther(logger, options.StateDirectory, saved.Identity);
                return false;
            }

            var errors = _store.Restore(SavedConfigurationFile.Resources(saved.Resources), SavedConfigurationFile.Resources(saved.PermissionSources));
            foreach (var error in errors)
            {
                Log.SavedRefused(logger, error);
            }

            (_savedEdition, _savedPermissions) = (_store.Edition, _store.PermissionEdition);
            Log.SavedLoaded(logger, options.StateDirectory, saved.SavedAt.ToDateTimeOffset(), _store.HasSnapshot);
            return _store.HasSnapshot;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            Log.SavedUnreadable(logger, options.StateDirectory, e.Message);
            return false;
        }
    }

    /// <inheritdoc />
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                var error = await ConnectOnceAsync(cancellationToken);
                SetStatus(connected: false, error);
                Save();
                cancellationToken.ThrowIfCancellationRequested();
                var pause = _backoff.Next();
                Log.Disconnected(logger, error, pause.TotalMilliseconds);
                await Task.Delay(pause, time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Asked to end.
        }
        finally
        {
            Save();
        }
    }

    /// <inheritdoc />
    public void WriteState(Utf8JsonWriter writer) => _store.Board.Write(writer);

    /// <returns>Why it ended.</returns>
    private async Task<string> ConnectOnceAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var invoker = await connect(ending.Token);
            var client = new AggregatedDiscoveryService.AggregatedDiscoveryServiceClient(invoker);
            using var call = client.DeltaAggregatedResources(cancellationToken: ending.Token);
            await FollowAsync(call, ending.Token);
            return "the control plane ended the stream";
        }
        catch (RpcException e)
        {
            return $"{e.StatusCode}: {e.Status.Detail}";
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return e.Message;
        }
        finally
        {
            await ending.CancelAsync();
        }
    }

    private async Task FollowAsync(AsyncDuplexStreamingCall<DeltaDiscoveryRequest, DeltaDiscoveryResponse> call, CancellationToken cancellationToken)
    {
        var session = new ClientSession(options, _store);
        await SendAsync(call, session.Open(), cancellationToken);
        await call.ResponseHeadersAsync.WaitAsync(cancellationToken);

        // A refusal has headers too, and nothing behind them: it is no connection, and has to be paused after like any failure.
        var next = call.ResponseStream.MoveNext(cancellationToken);
        if (next.IsFaulted)
        {
            await next;
        }

        SetStatus(connected: true, _store.Board.Refusals);
        _backoff.Reset();
        Log.Connected(logger, options.Node.ToString());
        while (true)
        {
            Save(force: false);
            if (!await ReadyAsync(next, cancellationToken))
            {
                _store.Settle();
                continue;
            }

            if (!await next)
            {
                return;
            }

            var requests = session.OnResponse(call.ResponseStream.Current);
            var refusals = _store.Board.Refusals;
            if (refusals is not null && refusals != _status.LastError)
            {
                Log.Refused(logger, refusals);
            }

            SetStatus(connected: true, refusals);

            // Revocations are on disk before the control plane hears that they are accepted.
            SavePermissions();
            await SendAsync(call, requests, cancellationToken);
            next = call.ResponseStream.MoveNext(cancellationToken);
        }
    }

    private static async Task SendAsync(
        AsyncDuplexStreamingCall<DeltaDiscoveryRequest, DeltaDiscoveryResponse> call, IEnumerable<DeltaDiscoveryRequest> requests, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var request in requests)
            {
                await call.RequestStream.WriteAsync(request, cancellationToken);
            }
        }
        catch (InvalidOperationException)
        {
            // The call is over already; its status says why.
            await call.ResponseStream.MoveNext(cancellationToken);
            throw;
        }
    }

    /// <summary>Waits for the response, but no longer than until something is due.</summary>
    private async Task<bool> ReadyAsync(Task<bool> next, CancellationToken cancellationToken)
    {
        var due = _store.NextDue;
        if (_savedEdition != _store.Edition)
        {
            var save = _unsavedSince + options.SaveDelay;
            due = due is null || save < due ? save : due;
        }

        if (due is null || next.IsCompleted)
        {
            await Task.WhenAny(next);
            return true;
        }

        var wait = due.Value - time.GetUtcNow();
        using var timing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var timer = Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, time, timing.Token);
        var first = await Task.WhenAny(next, timer);
        await timing.CancelAsync();
        return first == next;
    }

    private void SetStatus(bool connected, string? error)
    {
        var since = connected == _status.Connected ? _status.Since : time.GetUtcNow();
        _status = new(connected, since, _store.HasSnapshot, error);
    }

    private void SavePermissions()
    {
        if (_savedPermissions != _store.PermissionEdition)
        {
            Save();
        }
    }

    /// <summary>Writes what is live to disk if it is not there yet: at once, or when it has waited long enough.</summary>
    private void Save(bool force = true)
    {
        if (_savedEdition == _store.Edition)
        {
            _unsavedSince = default;
            return;
        }

        if (_unsavedSince == default)
        {
            _unsavedSince = time.GetUtcNow();
        }

        if (!force && time.GetUtcNow() - _unsavedSince < options.SaveDelay)
        {
            return;
        }

        _unsavedSince = default;
        (_savedEdition, _savedPermissions) = (_store.Edition, _store.PermissionEdition);
        try
        {
            SavedConfigurationFile.Write(
                options.StateDirectory,
                SavedConfigurationFile.From(options.Node.Identity.Text, _store.Live, _store.PermissionSources, time.GetUtcNow()));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotSaved(logger, options.StateDirectory, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1201, LogLevel.Information, "The control plane is connected as {Node}.", EventName = nameof(Connected))]
        public static partial void Connected(ILogger logger, string node);

        [LoggerMessage(1202, LogLevel.Warning, "No control plane: {Error}. What it last said stays in force; next attempt in {PauseMs:0} ms.", EventName = nameof(Disconnected))]
        public static partial void Disconnected(ILogger logger, string error, double pauseMs);

        [LoggerMessage(1203, LogLevel.Warning, "Refused what the control plane sent; what was before stays in force: {Errors}", EventName = nameof(Refused))]
        public static partial void Refused(ILogger logger, string errors);

        [LoggerMessage(1204, LogLevel.Information, "Loaded the configuration of {SavedAt:O} from {Directory}; complete: {Complete}.", EventName = nameof(SavedLoaded))]
        public static partial void SavedLoaded(ILogger logger, string directory, DateTimeOffset savedAt, bool complete);

        [LoggerMessage(1205, LogLevel.Warning, "The configuration in {Directory} is for {Identity} and is left alone.", EventName = nameof(SavedForOther))]
        public static partial void SavedForOther(ILogger logger, string directory, string identity);

        [LoggerMessage(1206, LogLevel.Warning, "A part of the saved configuration is refused: {Error}", EventName = nameof(SavedRefused))]
        public static partial void SavedRefused(ILogger logger, string error);

        [LoggerMessage(1207, LogLevel.Warning, "The saved configuration in {Directory} is not readable: {Error}", EventName = nameof(SavedUnreadable))]
        public static partial void SavedUnreadable(ILogger logger, string directory, string error);

        [LoggerMessage(1208, LogLevel.Warning, "The configuration could not be saved in {Directory}: {Error}. A restart without a control plane would lose it.", EventName = nameof(NotSaved))]
        public static partial void NotSaved(ILogger logger, string directory, string error);
    }
}
