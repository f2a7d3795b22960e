using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Xds.Server;
using Mesh.Xds.Wire;

namespace Mesh.ControlPlane.Compilation;

/// <summary>
/// What clients are served that are no sidecars of Mesh: made of what the sidecars of the same service are served, for the kinds of clients that have come, and kept
/// after they left. What cannot be said to one kind leaves its last good snapshot in place, with the permissions of the new one.
/// </summary>
internal sealed partial class ForeignProfiles(MeshCompiler compiler, SnapshotCache cache, ILogger<ForeignProfiles> logger) : IHostedService
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ServiceId, ProxySnapshot> _served = [];
    private readonly HashSet<(ServiceId Service, ClientKind Kind)> _used = [];
    private readonly Dictionary<string, ProxySnapshot> _good = [];
    private ImmutableSortedDictionary<string, string> _refused = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>What could not be published, by profile.</summary>
    public ImmutableSortedDictionary<string, string> Refused => Volatile.Read(ref _refused);

    /// <summary>The profile of a kind of client beside a service.</summary>
    public static string NameOf(ServiceId service, ClientKind kind) => kind == ClientKind.Mesh ? service.ToString() : $"{kind.ToWord()}:{service}";

    /// <summary>Sees to it that a kind of client beside a service is served, from now on.</summary>
    /// <returns>The profile.</returns>
    public string Use(ServiceId service, ClientKind kind)
    {
        if (kind != ClientKind.Mesh)
        {
            lock (_lock)
            {
                if (_used.Add((service, kind)) && _served.TryGetValue(service, out var snapshot))
                {
                    Publish(service, kind, snapshot);
                }
            }
        }

        return NameOf(service, kind);
    }

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        compiler.Published += OnPublished;
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken)
    {
        compiler.Published -= OnPublished;
        return Task.CompletedTask;
    }

    private void OnPublished(ServiceId service, ProxySnapshot? before, ProxySnapshot after)
    {
        lock (_lock)
        {
            _served[service] = after;
            foreach (var kind in Enum.GetValues<ClientKind>().Where(kind => _used.Contains((service, kind))))
            {
                Publish(service, kind, after);
            }
        }
    }

    private void Publish(ServiceId service, ClientKind kind, ProxySnapshot snapshot)
    {
        var profile = NameOf(service, kind);
        var result = cache.Publish(profile, PreparedSnapshot.Of(profile, kind, snapshot), keepGone: true);
        if (result.Published)
        {
            _good[profile] = snapshot;
            Volatile.Write(ref _refused, _refused.Remove(profile));
            return;
        }

        var violations = string.Join("; ", result.Violations);
        Volatile.Write(ref _refused, _refused.SetItem(profile, violations));
        Log.ProfileRefused(logger, profile, violations);
        if (_good.TryGetValue(profile, out var lastGood))
        {
            lastGood = lastGood.WithPermissionsOf(snapshot);
            cache.Publish(profile, PreparedSnapshot.Of(profile, kind, lastGood), keepGone: true);
            _good[profile] = lastGood;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2304, LogLevel.Error, "Profile {Profile} cannot be served what was published; its clients keep the last good snapshot with the new permissions: {Violations}", EventName = nameof(ProfileRefused))]
        public static partial void ProfileRefused(ILogger logger, string profile, string violations);
    }
}
