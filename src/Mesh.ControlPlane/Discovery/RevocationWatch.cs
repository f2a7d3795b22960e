using System.Collections.Immutable;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Insight;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Xds.Server;
using Mesh.Xds.Wire;

namespace Mesh.ControlPlane.Discovery;

/// <summary>
/// Raises an alarm for every sidecar that has not acknowledged a revoked permission in time: it may still let in whom it should not. What was revoked while no control plane ran is not known
/// to the next one; so at first everyone has to acknowledge what it is served.
/// </summary>
internal sealed partial class RevocationWatch : IHostedService, IDisposable
{
    /// <summary>Time to acknowledge. A sidecar that is well answers within milliseconds.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Time to come back to a control plane that was away, and how long those who come are looked at. A sidecar that is well is back within two seconds.</summary>
    public static readonly TimeSpan Return = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(1);

    private readonly MeshCompiler _compiler;
    private readonly ProxyDirectory _proxies;
    private readonly IPeerStreams _peers;
    private readonly SnapshotCache _cache;
    private readonly TimeProvider _time;
    private readonly ILogger<RevocationWatch> _logger;
    private readonly Lock _lock = new();
    private readonly Dictionary<ServiceId, Revocation> _revocations = [];
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
        _timer = _time.CreateTimer(_ => CheckAndGoOn(), null, CheckEvery, Timeout.InfiniteTimeSpan);
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
        var isRevoked = before is not null && Narrows(before, after);
        if (before is not null && !isRevoked)
        {
            return;
        }

        lock (_lock)
        {
            _revocations[service] = new Revocation(_time.GetUtcNow(), isRevoked);
        }

        if (isRevoked)
        {
            Log.PermissionRevoked(_logger, service);
        }
    }

    // Armed anew when it is done: where there are thousands of sidecars, one look must not run into the next.
    private void CheckAndGoOn()
    {
        try
        {
            Check();
        }
        finally
        {
            _timer?.Change(CheckEvery, Timeout.InfiniteTimeSpan);
        }
    }

    private void Check()
    {
        KeyValuePair<ServiceId, Revocation>[] due;
        lock (_lock)
        {
            due = [.. _revocations];
        }

        if (due.Length == 0)
        {
            return;
        }

        // For the next look, a second on: sidecars may have acknowledged it to another replica of the control plane.
        _ = _peers.RefreshAsync(CancellationToken.None);

        // Made once for all services: each is made of all sidecars there are.
        var sidecars = _proxies.Proxies.ToLookup(p => p.Service);
        var clients = _proxies.Clients.ToLookup(c => c.Service);
        var now = _time.GetUtcNow();
        foreach (var (service, revocation) in due)
        {
            var version = _cache.VersionOf(service.ToString(), TypeUrls.Listener);
            (ProxyView Proxy, string Name)[] late =
            [
                .. sidecars[service].Where(p => !HasAccepted(p, version)).Select(p => (p, p.Replica)),

                // A client without listeners lets nobody in.
                .. clients[service]
                    .Where(c => c.Stream!.Types.ContainsKey(TypeUrls.Listener) && !HasAccepted(c, _cache.VersionOf(c.Stream.Profile, TypeUrls.Listener)))
                    .Select(c => (c, $"{c.Replica} ({c.Stream!.Kind.ToWord()})"))
                    .DistinctBy(c => c.Item2),
            ];
            Raise(service, revocation, late, now);
            if (!late.Any(l => revocation.Concerns(l.Proxy)) && now - revocation.Since >= Return)
            {
                Forget(service, revocation);
            }
        }
    }

    private static bool HasAccepted(ProxyView proxy, string? version) =>
        proxy.Stream?.Types.GetValueOrDefault(TypeUrls.Listener) is { Error: null } type && type.AckedVersion == version;

    private void Forget(ServiceId service, Revocation revocation)
    {
        lock (_lock)
        {
            if (_revocations.GetValueOrDefault(service) == revocation)
            {
                _revocations.Remove(service);
            }
        }
    }

    private void Raise(ServiceId service, Revocation revocation, IEnumerable<(ProxyView Proxy, string Name)> late, DateTimeOffset now)
    {
        lock (_lock)
        {
            // Once late stays late until it acknowledges, whatever is revoked meanwhile.
            string[] overdue = [.. late.Where(l => revocation.Concerns(l.Proxy) && (revocation.IsOverdue(l.Proxy, now) || _alarmed.Contains((service, l.Name)))).Select(l => l.Name)];
            _alarmed.RemoveWhere(a => a.Service == service && !overdue.Contains(a.Replica));
            foreach (var replica in overdue.Where(replica => _alarmed.Add((service, replica))))
            {
                var seconds = (now - revocation.Since).TotalSeconds;
                if (revocation.IsKnown)
                {
                    Log.RevocationUnacknowledged(_logger, service, replica, seconds);
                }
                else
                {
                    Log.PermissionsUnacknowledged(_logger, service, replica, seconds);
                }
            }
        }
    }

    /// <summary>Something that sidecars have to acknowledge.</summary>
    /// <param name="Since">Since when.</param>
    /// <param name="IsKnown">Whether something was revoked then; else it may have been before, when nobody looked.</param>
    private sealed record Revocation(DateTimeOffset Since, bool IsKnown)
    {
        // One that speaks with another replica of the control plane is watched by that one, which may have looked all the time.
        public bool Concerns(ProxyView proxy) => IsKnown || !proxy.IsElsewhere;

        public bool IsOverdue(ProxyView proxy, DateTimeOffset now) => IsKnown
            ? now - Since >= Patience
            : (proxy.Stream is { } stream && now - Later(stream.ConnectedAt) >= Patience) || now - Later(proxy.Registered?.Since) >= Return;

        private DateTimeOffset Later(DateTimeOffset? other) => other > Since ? other.Value : Since;
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

        [LoggerMessage(2412, LogLevel.Warning, "{Service} replica {Replica} has not acknowledged what it may let in {Seconds:0} s after the control plane began to serve it; if a permission was revoked while no control plane ran, it may still let in whom it should not. Restart it if it stays so.", EventName = nameof(PermissionsUnacknowledged))]
        public static partial void PermissionsUnacknowledged(ILogger logger, ServiceId service, string replica, double seconds);
    }
}
