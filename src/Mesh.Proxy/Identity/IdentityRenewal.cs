using System.Security.Cryptography;
using System.Threading.Channels;
using Mesh.Proxy.Bootstrap;

namespace Mesh.Proxy.Identity;

/// <summary>Keeps the SVID alive: takes up what the state directory kept, then has a new key signed at half-life, and at once after time was lost.</summary>
internal sealed partial class IdentityRenewal : BackgroundService
{
    private readonly ProxySettings _settings;
    private readonly WorkloadIdentity _identity;
    private readonly SvidFactory _factory;
    private readonly SvidStore _store;
    private readonly ISvidAuthority _authority;
    private readonly ClockWatch _clock;
    private readonly RenewalSchedule _schedule;
    private readonly IdentityMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private bool _isLive;
    private long _dueTicks; // UTC; zero is at once. The clock watch writes it from a thread of its own.

    public IdentityRenewal(
        ProxySettings settings,
        WorkloadIdentity identity,
        SvidFactory factory,
        SvidStore store,
        ISvidAuthority authority,
        ClockWatch clock,
        RenewalSchedule schedule,
        IdentityMetrics metrics,
        TimeProvider time,
        ILogger<IdentityRenewal> logger)
    {
        _settings = settings;
        _identity = identity;
        _factory = factory;
        _store = store;
        _authority = authority;
        _clock = clock;
        _schedule = schedule;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _clock.TimeLost += OnTimeLost;
    }

    /// <inheritdoc />
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        Restore();
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        _clock.TimeLost -= OnTimeLost;
        base.Dispose();
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_settings.ControlPlane is null)
        {
            await FollowExpiryAsync(stoppingToken);
            return;
        }

        var failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            var untilDue = TimeSpan.FromTicks(Interlocked.Read(ref _dueTicks) - _time.GetUtcNow().UtcTicks);
            if (untilDue > TimeSpan.Zero)
            {
                await WaitAsync(untilDue, stoppingToken);
                continue;
            }

            if (await TryRenewAsync(stoppingToken))
            {
                failures = 0;
                continue;
            }

            failures++;
            await WaitAsync(_schedule.Pause(failures, _identity.Current is not null), stoppingToken);
        }
    }

    private void Restore()
    {
        if (_store.Load() is not { } kept)
        {
            return;
        }

        if (_factory.TryAssemble(kept, out var svid) is { } reason)
        {
            Log.KeptIsUseless(_logger, reason);
            return;
        }

        Take(svid!);
        Log.Restored(_logger, svid!.Id.Text, svid.NotAfter);
    }

    private async Task<bool> TryRenewAsync(CancellationToken cancellationToken)
    {
        try
        {
            var signed = await SignAsync(cancellationToken);
            if (_factory.TryAssemble(signed, out var svid) is { } reason)
            {
                throw new SvidRefusedException($"what it signed is of no use: {reason}");
            }

            _store.Save(signed);
            Take(svid!);
            _identity.Failure = null;
            _metrics.Renewed(succeeded: true);
            Log.Renewed(_logger, svid!.Id.Text, svid.NotAfter);
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (SvidRefusedException e)
        {
            _metrics.Renewed(succeeded: false);
            _identity.Failure = $"the control plane refused to sign: {e.Message}";
            Log.Refused(_logger, e.Message, _identity.Remaining);
        }
        catch (AuthorityUnreachableException e)
        {
            _metrics.Renewed(succeeded: false);
            _identity.Failure = $"{_settings.ControlPlane} cannot be reached: {e.Message}";
            Report(e);
        }

        return false;
    }

    private async Task<SignedSvid> SignAsync(CancellationToken cancellationToken)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = _factory.CreateSigningRequest(key);
        if (_identity.Current is { } live)
        {
            try
            {
                return await _authority.SignAsync(key, request, live, token: null, cancellationToken);
            }
            catch (SvidRefusedException e) when (HasToken)
            {
                // The authority may have new roots, or a clock of its own: the token is another proof.
                Log.SvidNotEnough(_logger, e.Message);
            }
        }

        return await _authority.SignAsync(key, request, svid: null, await TokenAsync(cancellationToken), cancellationToken);
    }

    private bool HasToken => _settings.Token is not null || _settings.TokenFile is not null;

    private async Task<string> TokenAsync(CancellationToken cancellationToken)
    {
        if (_settings.Token is { } token)
        {
            return token;
        }

        try
        {
            // Read each time: projected ServiceAccount tokens are replaced while the process runs.
            return (await File.ReadAllTextAsync(_settings.TokenFile!, cancellationToken)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SvidRefusedException($"the token file '{_settings.TokenFile}' cannot be read: {e.Message}", e);
        }
    }

    private void Take(WorkloadSvid svid)
    {
        Interlocked.Exchange(ref _dueTicks, _schedule.Due(svid).UtcTicks);
        _isLive = true;
        _identity.Publish(svid);
    }

    private void OnTimeLost()
    {
        Interlocked.Exchange(ref _dueTicks, 0);
        _wake.Writer.TryWrite(true);
    }

    private async Task FollowExpiryAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await WaitAsync(Timeout.InfiniteTimeSpan, stoppingToken);
        }
    }

    // Ends when the time is over, when time was lost, or with the SVID's life, which it then says.
    private async Task WaitAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        SayIfExpired();
        var life = _identity.Remaining;
        if (_isLive && (pause == Timeout.InfiniteTimeSpan || life < pause))
        {
            pause = life + TimeSpan.FromMilliseconds(1);
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var delay = Task.Delay(pause, _time, over.Token);
        var wake = _wake.Reader.ReadAsync(over.Token).AsTask();
        await Task.WhenAny(delay, wake);
        await over.CancelAsync();
        await Task.WhenAll(delay, wake).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        SayIfExpired();
    }

    private void SayIfExpired()
    {
        if (_isLive && _identity.Latest is { } ended && _identity.Remaining == TimeSpan.Zero)
        {
            _isLive = false;
            Log.Expired(_logger, ended.Id.Text, ended.NotAfter);
            _identity.RaiseChanged();
        }
    }

    private void Report(AuthorityUnreachableException e)
    {
        var remaining = _identity.Remaining;
        if (_identity.Current is { } live && remaining > (live.NotAfter - live.NotBefore) / 4)
        {
            Log.Unreachable(_logger, _settings.ControlPlane!, e.Message, remaining);
        }
        else
        {
            Log.RunningOut(_logger, _settings.ControlPlane!, e.Message, remaining);
        }
    }
}
