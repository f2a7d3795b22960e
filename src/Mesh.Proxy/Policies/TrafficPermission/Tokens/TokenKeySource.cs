using Mesh.Model.Snapshots;
using Mesh.Proxy.Telemetry;

namespace Mesh.Proxy.Policies.TrafficPermission.Tokens;

/// <summary>
/// One provider's keys: read when they are first wanted, again when they are old or a token names one that is not there, and used past their time for as long as the provider
/// says while they cannot be read. After that there are none, and tokens are refused.
/// </summary>
internal sealed partial class TokenKeySource(TokenProvider provider, TokenKeyReader reader, TimeProvider time, ProxyMetrics metrics, ILogger<TokenKeySource> logger) : IDisposable
{
    // A token may name any key: whoever sends such tokens must not make this sidecar knock at the issuer's door as often.
    private static readonly TimeSpan BetweenUnknownKeys = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    // A file costs nothing to look at.
    private static readonly TimeSpan FileLife = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TimeSpan _life = provider.KeysFile is null ? provider.CacheDuration : FileLife;
    private TokenKeySet? _keys;
    private long _readAt;
    private long _triedAt;
    private bool _hasTried;
    private bool _hasFailed;
    private Task? _reading;

    /// <summary>Begins to read if nobody has yet, so that the first request need not wait.</summary>
    public void Begin() => _ = Current();

    /// <summary>The keys that may be used now, if there are any without waiting; sees to it that they are read when they are old.</summary>
    public TokenKeySet? Current()
    {
        lock (_lock)
        {
            var age = _keys is null ? TimeSpan.MaxValue : time.GetElapsedTime(_readAt);
            if (_keys is null || (age > _life && provider.Keys is null))
            {
                TryBegin(_hasFailed ? AfterFailure : TimeSpan.Zero);
            }

            return IsUsable(age) ? _keys : null;
        }
    }

    /// <summary>The keys that may be used now, after a read that is under way.</summary>
    public async ValueTask<TokenKeySet?> WaitAsync(CancellationToken cancellationToken)
    {
        if (Current() is { } keys)
        {
            return keys;
        }

        return await AfterReadingAsync(cancellationToken);
    }

    /// <summary>The keys after they were read once more, for a token named one that is not among them; the same as before if that was tried a moment ago.</summary>
    public async ValueTask<TokenKeySet?> AgainAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            TryBegin(BetweenUnknownKeys);
        }

        return await AfterReadingAsync(cancellationToken);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private bool IsUsable(TimeSpan age) => _keys is not null && (provider.Keys is not null || age <= _life || age - _life <= provider.StaleLimit);

    private async ValueTask<TokenKeySet?> AfterReadingAsync(CancellationToken cancellationToken)
    {
        Task? reading;
        lock (_lock)
        {
            reading = _reading;
        }

        if (reading is not null)
        {
            await reading.WaitAsync(cancellationToken);
        }

        lock (_lock)
        {
            return IsUsable(_keys is null ? TimeSpan.MaxValue : time.GetElapsedTime(_readAt)) ? _keys : null;
        }
    }

    // Under the lock.
    private void TryBegin(TimeSpan pause)
    {
        if (_reading is null && !_stop.IsCancellationRequested && (!_hasTried || pause == TimeSpan.Zero || time.GetElapsedTime(_triedAt) >= pause))
        {
            _hasTried = true;
            _triedAt = time.GetTimestamp();
            var reading = ReadAsync();
            _reading = reading.IsCompleted ? null : reading;
        }
    }

    private async Task ReadAsync()
    {
        TokenKeySet? read = null;
        string? problem = null;
        try
        {
            var text = await reader.ReadAsync(provider, _stop.Token);
            // The same text is the same set: tokens that were verified with it stay so.
            read = Volatile.Read(ref _keys) is { } before && before.Json == text ? before : TokenKeySet.Parse(text);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or ObjectDisposedException or OperationCanceledException)
        {
            problem = e.Message;
        }

        lock (_lock)
        {
            _reading = null;
            _hasFailed = read is null;
            if (read is not null)
            {
                _keys = read;
                _readAt = time.GetTimestamp();
            }
        }

        metrics.TokenKeysRead(provider.Name, read is not null);
        if (read is not null)
        {
            Log.Read(logger, read.Count, provider.Name);
        }
        else if (!_stop.IsCancellationRequested)
        {
            Log.NotRead(logger, provider.Name, provider.KeysUrl?.GetLeftPart(UriPartial.Path) ?? provider.KeysFile ?? "the policy itself", problem!);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3440, LogLevel.Debug, "Read {Count} keys of {Provider}.", EventName = nameof(Read))]
        public static partial void Read(ILogger logger, int count, string provider);

        [LoggerMessage(3441, LogLevel.Warning, "The keys of {Provider} cannot be read from {Source}: {Problem}. Tokens are refused once the keys of before are too old.", EventName = nameof(NotRead))]
        public static partial void NotRead(ILogger logger, string provider, string source, string problem);
    }
}
