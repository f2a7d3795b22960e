using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Mesh.ControlPlane.Insight;
using Mesh.ControlPlane.Kubernetes.Wire;
using Mesh.Model.Bootstrap;

namespace Mesh.ControlPlane.Kubernetes.Leading;

/// <summary>
/// Holds the Lease by which one replica of the control plane leads, and does the leader's work while it does. Serving sidecars is no such work: every replica does that. Clocks are not compared:
/// a lease is over when nobody has seen it renewed for its duration. Who cannot renew it stops well before that.
/// </summary>
internal sealed partial class LeaderLease : BackgroundService
{
    // The three values of Kubernetes' own controllers.
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan RenewLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);

    private readonly KubernetesApi _api;
    private readonly ReplicaName _name;
    private readonly ILeaderWork[] _works;
    private readonly TimeProvider _time;
    private readonly ILogger<LeaderLease> _logger;
    private readonly ObjectPath _leases;
    private readonly string _path;
    private readonly string _leaseName;
    private (string Version, long At)? _seen;
    private volatile bool _isLeader;
    private bool _failing;

    public LeaderLease(
        KubernetesApi api, KubernetesSettings cluster, ReplicaName name, IEnumerable<ILeaderWork> works, ControlPlaneMetrics metrics, TimeProvider time, ILogger<LeaderLease> logger)
    {
        _api = api;
        _name = name;
        _works = [.. works];
        _time = time;
        _logger = logger;
        _leaseName = $"{cluster.Mesh}-control-plane";
        _leases = ObjectPath.Leases(cluster.SystemNamespace);
        _path = _leases.Object(_leaseName);
        metrics.ObserveLeader(() => _isLeader);
    }

    /// <summary>Whether this replica leads.</summary>
    public bool IsLeader => _isLeader;

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        var led = _isLeader;
        await base.StopAsync(cancellationToken);
        if (led)
        {
            await ReleaseAsync(cancellationToken);
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                if (await TryHoldAsync(stoppingToken) == true)
                {
                    await LeadAsync(stoppingToken);
                }

                await Task.Delay(Retry * (0.75 + (RandomNumberGenerator.GetInt32(0, 500) / 1000.0)), _time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process is stopping.
        }
    }

    private async Task LeadAsync(CancellationToken stoppingToken)
    {
        _isLeader = true;
        Log.Leads(_logger, _path);
        using var leading = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var works = Task.WhenAll(_works.Select(w => KeepDoingAsync(w, leading.Token)));
        try
        {
            var renewedAt = _time.GetTimestamp();
            while (true)
            {
                await Task.Delay(Retry, _time, stoppingToken);
                var holds = await TryHoldAsync(stoppingToken);
                if (holds == true)
                {
                    renewedAt = _time.GetTimestamp();
                }
                else if (holds == false || _time.GetElapsedTime(renewedAt) > RenewLimit)
                {
                    Log.LeadsNoMore(_logger, _path);
                    return;
                }
            }
        }
        finally
        {
            await leading.CancelAsync();
            await works;
            _isLeader = false;
        }
    }

    private async Task KeepDoingAsync(ILeaderWork work, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await work.RunAsync(cancellationToken);
                return;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // A mistake of ours: sidecars are served all the same.
                Log.WorkFailed(_logger, work.GetType().Name, e);
                await Task.Delay(Duration, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Takes the lease, or renews it.</summary>
    /// <returns>Whether this replica has it; <see langword="null"/>: the API server could not be asked.</returns>
    private async Task<bool?> TryHoldAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var limit = new CancellationTokenSource(RenewLimit / 2, _time);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
            try
            {
                var holds = await HoldAsync(ending.Token);
                _failing = false;
                return holds;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return null;
            }
        }
        catch (KubernetesException e) when (e.IsConflict)
        {
            // Somebody else wrote it in between: the next look says who.
            return null;
        }
        catch (KubernetesException e)
        {
            if (!_failing)
            {
                _failing = true;
                Log.LeaseUnreachable(_logger, _path, e.Message);
            }

            return null;
        }
    }

    private async Task<bool> HoldAsync(CancellationToken cancellationToken)
    {
        var now = Text(_time.GetUtcNow());
        if (await _api.FindAsync(_path, cancellationToken) is not { } lease)
        {
            await _api.CreateAsync(
                _leases.Collection,
                new JsonObject
                {
                    ["apiVersion"] = "coordination.k8s.io/v1",
                    ["kind"] = "Lease",
                    ["metadata"] = new JsonObject { ["name"] = _leaseName, ["namespace"] = _leases.Namespace },
                    ["spec"] = Spec(now, now, 0),
                },
                cancellationToken);
            return true;
        }

        var holder = (string?)lease["spec"]?["holderIdentity"] ?? "";
        var isOurs = holder == _name.Holder;
        if (!isOurs && holder.Length > 0 && !IsOver(lease))
        {
            return false;
        }

        var transitions = (int?)lease["spec"]?["leaseTransitions"] ?? 0;
        lease["spec"] = Spec(now, isOurs ? (string?)lease["spec"]?["acquireTime"] ?? now : now, isOurs ? transitions : transitions + 1);
        await _api.ReplaceAsync(_path, lease, cancellationToken);
        return true;
    }

    private bool IsOver(JsonObject lease)
    {
        var version = lease.Version() ?? "";
        if (_seen?.Version != version)
        {
            _seen = (version, _time.GetTimestamp());
            return false;
        }

        var duration = TimeSpan.FromSeconds((int?)lease["spec"]?["leaseDurationSeconds"] ?? (int)Duration.TotalSeconds);
        return _time.GetElapsedTime(_seen.Value.At) >= duration;
    }

    // So that the other replica need not wait for its end.
    private async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await _api.FindAsync(_path, cancellationToken) is { } lease && (string?)lease["spec"]?["holderIdentity"] == _name.Holder)
            {
                lease["spec"]!["holderIdentity"] = "";
                await _api.ReplaceAsync(_path, lease, cancellationToken);
                Log.LeaseReleased(_logger, _path);
            }
        }
        catch (Exception e) when (e is KubernetesException or OperationCanceledException)
        {
            Log.LeaseUnreachable(_logger, _path, e.Message);
        }
    }

    private JsonObject Spec(string now, string acquired, int transitions) => new()
    {
        ["holderIdentity"] = _name.Holder,
        ["leaseDurationSeconds"] = (int)Duration.TotalSeconds,
        ["acquireTime"] = acquired,
        ["renewTime"] = now,
        ["leaseTransitions"] = transitions,
    };

    // MicroTime: six digits, always.
    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static partial class Log
    {
        [LoggerMessage(2640, LogLevel.Information, "This replica leads (Lease {Lease}).", EventName = nameof(Leads))]
        public static partial void Leads(ILogger logger, string lease);

        [LoggerMessage(2641, LogLevel.Warning, "This replica leads no more: Lease {Lease} was not renewed in time or another replica has it. Sidecars are served all the same.", EventName = nameof(LeadsNoMore))]
        public static partial void LeadsNoMore(ILogger logger, string lease);

        [LoggerMessage(2642, LogLevel.Warning, "Lease {Lease} cannot be read or written, it is tried again: {Reason}", EventName = nameof(LeaseUnreachable))]
        public static partial void LeaseUnreachable(ILogger logger, string lease, string reason);

        [LoggerMessage(2643, LogLevel.Information, "Lease {Lease} was given back.", EventName = nameof(LeaseReleased))]
        public static partial void LeaseReleased(ILogger logger, string lease);

        [LoggerMessage(2644, LogLevel.Error, "The leader's work {Work} failed and begins again in 15 s.", EventName = nameof(WorkFailed))]
        public static partial void WorkFailed(ILogger logger, string work, Exception exception);
    }
}
