using System.Collections.Immutable;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Insight;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Xds.Server;
using Mesh.Xds.Wire;

namespace Mesh.ControlPlane.Discovery;

/// <summary>
/// Raises an alarm for every sidecar that has not acknowledged a revoked permission in time: it may still let in whom it should not.
/// </summary>
internal sealed partial class RevocationWatch : IHostedService, IDisposable
{
    /// <summary>Time to acknowledge. A sidecar that is well answers within milliseconds.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly MeshCompiler _compiler;
    private readonly ProxyDirectory _proxies;
    private readonly IPeerStreams _peers;
    private readonly SnapshotCache _cache;
    private readonly TimeProvider _time;
    private readonly ILogger<RevocationWatch> _logger;
    private readonly Lock _lock = new();
    private readonly Dictionary<ServiceId, DateTimeOffset> _revocations = [];
    private readonly HashSet<(ServiceId Service, string Replica)> _alarmed = [];
    private ITimer? _timer;

    public RevocationWatch(MeshCompiler compiler, ProxyDirectory proxies, IPeerStreams peers, SnapshotCache cache, ControlPlaneMetrics metrics, TimeProvider time, ILogger<RevocationWatch> logger)
    {
        _compiler = compiler;
        _proxies = proxies;
        _peers = peers;
        _cache = cache;
        _time = time;
        _logger = logger;
        metrics.ObserveUnacknowledgedRevocations(() => Alarms.Length);
    }

    /// <summary>The sidecars that are late.</summary>
    public ImmutableArray<(ServiceId Service, string Replica)> Alarms
    {
        get
        {
            lock (_lock)
            {
                return [.. _alarmed];
            }
        }
    }

    /// <summary>Whether someone may do less than before.</summary>
    public static bool Narrows(ProxySnapshot before, ProxySnapshot after)
    {
        var now = after.Inbound.ToDictionary(p => p.Port.Port, p => p.Permissions, StringComparer.Ordinal);
        return before.Inbound.Any(port => Narrows(port.Permissions, now.GetValueOrDefault(port.Port.Port, PermissionSet.Nobody)));
    }

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _compiler.Published += OnPublished;
        _timer = _time.CreateTimer(_ => Check(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _compiler.Published -= OnPublished;
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public void Dispose() => _timer?.Dispose();

    private static bool Narrows(PermissionSet before, PermissionSet after) =>
        before.Allow.Except(after.Allow, SayTheSame.Instance).Any()
        || before.AllowWithShadowDeny.Except(after.AllowWithShadowDeny.Concat(after.Allow), SayTheSame.Instance).Any()
        || after.Deny.Except(before.Deny, SayTheSame.Instance).Any()
        || before.TokenProviders.Any(provider => after.TokenProviders.Any(now => now.Name == provider.Name && !now.SaysAs(provider)));

    private void OnPublished(ServiceId service, ProxySnapshot? before, ProxySnapshot after)
    {
        if (before is not null && Narrows(before, after))
        {
            lock (_lock)
            {
                _revocations[service] = _time.GetUtcNow();
            }

            Log.PermissionRevoked(_logger, service);
        }
    }

    private void Check()
    {
        KeyValuePair<ServiceId, DateTimeOffset>[] due;
        lock (_lock)
        {
            due = [.. _revocations];
        }

        if (due.Length > 0)
        {
            // For the next look, a second on: sidecars may have acknowledged it to another replica of the control plane.
            _ = _peers.RefreshAsync(CancellationToken.None);
        }

        var now = _time.GetUtcNow();
        foreach (var (service, since) in due)
        {
            var version = _cache.VersionOf(service.ToString(), TypeUrls.Listener);
            string[] late =
            [
                .. _proxies.Of(service).Where(p => !HasAccepted(p, version)).Select(p => p.Replica),

                // A client without listeners lets nobody in.
                .. _proxies.Clients
                    .Where(c => c.Service == service && c.Stream!.Types.ContainsKey(TypeUrls.Listener) && !HasAccepted(c, _cache.VersionOf(c.Stream.Profile, TypeUrls.Listener)))
                    .Select(c => $"{c.Replica} ({c.Stream!.Kind.ToWord()})")
                    .Distinct(),
            ];
            if (late.Length == 0)
            {
                Settle(service, since);
            }
            else if (now - since >= Patience)
            {
                Raise(service, late, now - since);
            }
        }
    }

    private static bool HasAccepted(ProxyView proxy, string? version) =>
        proxy.Stream?.Types.GetValueOrDefault(TypeUrls.Listener) is { Error: null } type && type.AckedVersion == version;

    private void Settle(ServiceId service, DateTimeOffset since)
    {
        lock (_lock)
        {
            if (_revocations.GetValueOrDefault(service) == since)
            {
                _revocations.Remove(service);
            }

            _alarmed.RemoveWhere(a => a.Service == service);
        }
    }

    private void Raise(ServiceId service, string[] late, TimeSpan after)
    {
        lock (_lock)
        {
            _alarmed.RemoveWhere(a => a.Service == service && !late.Contains(a.Replica));
            foreach (var replica in late.Where(replica => _alarmed.Add((service, replica))))
            {
                Log.RevocationUnacknowledged(_logger, service, replica, after.TotalSeconds);
            }
        }
    }

    /// <summary>Compares what rules say, whoever said it.</summary>
    private sealed class SayTheSame : IEqualityComparer<PermissionRule>
    {
        public static SayTheSame Instance { get; } = new();

        public bool Equals(PermissionRule? x, PermissionRule? y) =>
            x is not null && y is not null && x.SaysAs(y);

        public int GetHashCode(PermissionRule obj) =>
            HashCode.Combine(obj.Principals.Length, obj.Requests.Length, obj.Principals.IsEmpty ? null : obj.Principals[0].Value);
    }

    private static partial class Log
    {
        [LoggerMessage(2410, LogLevel.Information, "A permission to call {Service} was revoked.", EventName = nameof(PermissionRevoked))]
        public static partial void PermissionRevoked(ILogger logger, ServiceId service);

        [LoggerMessage(2411, LogLevel.Warning, "{Service} replica {Replica} has not acknowledged a revoked permission after {Seconds:0} s; it may still let in whom it should not. Restart it if it stays so.", EventName = nameof(RevocationUnacknowledged))]
        public static partial void RevocationUnacknowledged(ILogger logger, ServiceId service, string replica, double seconds);
    }
}
