using System.Collections.Immutable;
using System.Threading.Channels;
using Mesh.ControlPlane.Insight;
using Mesh.ControlPlane.Store;
using Mesh.Model.Bootstrap;
using Mesh.Model.Compilation;
using Mesh.Model.Identity;
using Mesh.Model.Policies.TrafficPermission;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Xds.Server;

namespace Mesh.ControlPlane.Compilation;

/// <summary>
/// Keeps what is served what was declared: on every change it compiles, validates and publishes. A snapshot that cannot be published leaves the last good one in place, with the
/// permissions of the new one.
/// </summary>
internal sealed partial class MeshCompiler : BackgroundService
{
    /// <summary>Silence after a change before it is compiled.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(5);

    /// <summary>Longest wait for that silence.</summary>
    private static readonly TimeSpan QuietCap = TimeSpan.FromMilliseconds(20);

    private readonly ConfigurationStore _store;
    private readonly SnapshotCache _cache;
    private readonly EndpointPublisher _endpoints;
    private readonly FaultLeases _faults;
    private readonly Recordings _recordings;
    private readonly ControlPlaneMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<MeshCompiler> _logger;
    private readonly TrustDomain _trustDomain;
    private readonly Channel<bool> _signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<ServiceId, ProxySnapshot> _served = [];
    private readonly Dictionary<ServiceId, PreparedSnapshot> _prepared = [];
    private readonly Dictionary<ServiceId, ImmutableArray<AppliedSetting>> _explained = [];
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile CompilationState? _current;
    private volatile MeshCompilation? _latest;
    private MeshCompilation? _tried;
    private bool _isDeclaredAnew;
    private long _leasesApplied;

    public MeshCompiler(
        ConfigurationStore store,
        SnapshotCache cache,
        EndpointPublisher endpoints,
        FaultLeases faults,
        Recordings recordings,
        ControlPlaneSettings settings,
        ControlPlaneMetrics metrics,
        TimeProvider time,
        ILogger<MeshCompiler> logger)
    {
        _store = store;
        _cache = cache;
        _endpoints = endpoints;
        _faults = faults;
        _recordings = recordings;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _trustDomain = TrustDomain.Parse(settings.TrustDomain);
        store.Changed += () =>
        {
            Volatile.Write(ref _isDeclaredAnew, true);
            _signals.Writer.TryWrite(true);
        };
        faults.Changed += () => _signals.Writer.TryWrite(true);
        recordings.Changed += () => _signals.Writer.TryWrite(true);
    }

    /// <summary>Raised for each profile that is served something else now, with what it was served before. On the compiler's task: note it and return.</summary>
    public event Action<ServiceId, ProxySnapshot?, ProxySnapshot>? Published;

    /// <summary>What is in force; <see langword="null"/> before the first snapshot.</summary>
    public CompilationState? Current => _current;

    /// <summary>What was compiled last, published or refused; <see langword="null"/> before the first time.</summary>
    public MeshCompilation? Latest => _latest;

    /// <summary>Whether every fault and recording that was asked for is published, and none that has ended.</summary>
    public bool AreLeasesApplied => Interlocked.Read(ref _leasesApplied) == LeaseRevision;

    // Both only count up, so that the same sum is the same of both.
    private long LeaseRevision => _faults.Revision + _recordings.Revision;

    /// <summary>How many services are kept up to date: those that are declared.</summary>
    internal int ServedProfiles => _served.Count;

    /// <summary>Ends with the first snapshot.</summary>
    public Task FirstPublished => _first.Task;

    /// <summary>Ends when what was declared is published the next time, or is refused.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Takes what a change was tried with, so that it is not compiled again when just that was written.</summary>
    public void Offer(MeshCompilation tried) => Volatile.Write(ref _tried, tried);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await _signals.Reader.ReadAsync(stoppingToken);
                if (!Volatile.Read(ref _isDeclaredAnew))
                {
                    ApplyLeases(LeaseRevision);
                    continue;
                }

                // What was tried is compiled already: there is nothing to save by waiting for more.
                if (Volatile.Read(ref _tried) is null)
                {
                    await QuietAsync(stoppingToken);
                }

                Volatile.Write(ref _isDeclaredAnew, false);
                if (_store.IsComplete)
                {
                    // After the silence, which swallows the signal of a lease that begins in it.
                    var revision = LeaseRevision;
                    Compile();
                    Interlocked.Exchange(ref _leasesApplied, revision);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process is stopping.
        }
        finally
        {
            // Nothing more is published: whoever waits for it, now or later, waits no longer.
            EndNext();
            _next.TrySetResult();
        }
    }

    private async Task QuietAsync(CancellationToken cancellationToken)
    {
        var until = _time.GetUtcNow() + QuietCap;
        do
        {
            await Task.Delay(Quiet, _time, cancellationToken);
        }
        while (_signals.Reader.TryRead(out _) && _time.GetUtcNow() < until);
    }

    private void Compile()
    {
        var stored = _store.Current;
        try
        {
            Compile(stored);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A mistake of ours, not of the user's: what is served stays, but never a permission that was revoked.
            Log.CompilerFailed(_logger, e);
            ApplyPermissions(stored);
            EndNext();
        }
    }

    private void Compile(StoredConfiguration stored)
    {
        var start = _time.GetTimestamp();
        var compilation = Interlocked.Exchange(ref _tried, null) is { } tried && ReferenceEquals(tried.Stored, stored) ? tried : MeshCompilation.Of(_trustDomain, stored, _latest);
        _latest = compilation;
        var (_, configuration, mesh, _) = compilation;
        _endpoints.Publish(configuration.Topology);
        var (refused, inForce) = Publish(compilation);
        var known = _current?.Warnings.Select(w => w.ToString()).ToHashSet() ?? [];
        _current = new CompilationState(stored, configuration, inForce, _time.GetUtcNow(), refused);
        _first.TrySetResult();
        EndNext();
        var took = _time.GetElapsedTime(start);
        _metrics.Compiled(took);
        Log.Compiled(_logger, mesh.Snapshots.Count, took.TotalMilliseconds);
        foreach (var warning in _current.Warnings.Where(w => !known.Contains(w.ToString())))
        {
            Log.Warned(_logger, warning.Rule.Id, warning.Origin, warning.Message);
        }
    }

    private void EndNext() => Interlocked.Exchange(ref _next, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    private (ImmutableSortedDictionary<string, string> Refused, CompiledMesh InForce) Publish(MeshCompilation compilation)
    {
        var (_, configuration, mesh, prepared) = compilation;
        var refused = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        CompiledPermissions? permissions = null;
        var inForce = mesh;
        var changed = false;
        foreach (var (service, snapshot) in mesh.Snapshots)
        {
            var result = Serve(service, snapshot, prepared[service]);
            changed |= result.Changed;
            if (result.Published)
            {
                _explained[service] = mesh.Explanations[service];
                continue;
            }

            refused[service.ToString()] = string.Join("; ", result.Violations);
            Log.SnapshotRefused(_logger, service, refused[service.ToString()]);
            if (_served.TryGetValue(service, out var lastGood))
            {
                permissions ??= PermissionCompiler.Compile(configuration.Topology, configuration.Policies);
                changed |= Serve(service, permissions.ApplyTo(lastGood)).Changed;
            }

            // Sidecars that were never served anything do nothing.
            inForce = inForce.Keeping(
                service,
                _served.GetValueOrDefault(service, new ProxySnapshot { Identity = snapshot.Identity }) with { Faults = [], Recording = null },
                _explained.GetValueOrDefault(service, []));
        }

        foreach (var service in _served.Keys.Where(service => !mesh.Snapshots.ContainsKey(service)).ToArray())
        {
            changed |= TakeAway(service);
            _explained.Remove(service);
        }

        if (changed)
        {
            _metrics.Published("full");
        }

        return (refused.ToImmutable(), inForce);
    }

    private void ApplyPermissions(StoredConfiguration stored)
    {
        try
        {
            var configuration = MeshConfiguration.Of(_trustDomain, stored.InForce);
            var permissions = PermissionCompiler.Compile(configuration.Topology, configuration.Policies);
            foreach (var (service, snapshot) in _served.ToArray())
            {
                Serve(service, permissions.ApplyTo(snapshot));
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // This is a part of what has just failed: it may fail in the same way, and then the process has to go on for everybody else.
            Log.PermissionsNotApplied(_logger, e);
        }
    }

    // Nothing is compiled for a fault or a recording: it lies on top of what is served, and only those whom it concerns are told.
    private void ApplyLeases(long revision)
    {
        try
        {
            foreach (var (service, snapshot) in _served.ToArray())
            {
                var faults = _faults.For(service, snapshot);
                if (!faults.SequenceEqual(snapshot.Faults) || _recordings.Order != snapshot.Recording)
                {
                    Serve(service, snapshot, _prepared[service]);
                }
            }

            Interlocked.Exchange(ref _leasesApplied, revision);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A mistake of ours as well: it must not end the process, which serves everybody else.
            Log.LeasesNotApplied(_logger, e);
        }
    }

    // Sidecars of a service that is declared no more are told so: nobody may call it, and it may call nobody. All that stays of it is that empty snapshot, in the cache: a sidecar that is
    // away now, and may let in others by what it keeps on its disk, is told when it comes back.
    private bool TakeAway(ServiceId service)
    {
        var (before, nothing) = (_served[service], new ProxySnapshot { Identity = _served[service].Identity });
        var result = _cache.Publish(service.ToString(), PreparedSnapshot.Of(service.ToString(), nothing));
        if (result.Published)
        {
            _served.Remove(service);
            _prepared.Remove(service);
        }

        if (result.Changed)
        {
            Published?.Invoke(service, before, nothing);
        }

        return result.Changed;
    }

    private PublishResult Serve(ServiceId service, ProxySnapshot snapshot) => Serve(service, snapshot, PreparedSnapshot.Of(service.ToString(), snapshot));

    private PublishResult Serve(ServiceId service, ProxySnapshot snapshot, PreparedSnapshot prepared)
    {
        var (faults, recording) = (_faults.For(service, snapshot), _recordings.Order);
        if (!(faults.IsEmpty && snapshot.Faults.IsEmpty && recording == snapshot.Recording))
        {
            snapshot = snapshot with { Faults = faults, Recording = recording };
            prepared = PreparedSnapshot.Of(service.ToString(), snapshot, prepared);
        }

        var result = _cache.Publish(service.ToString(), prepared);
        if (result.Published)
        {
            var before = _served.GetValueOrDefault(service);
            _served[service] = snapshot;
            _prepared[service] = prepared;
            if (result.Changed)
            {
                Published?.Invoke(service, before, snapshot);
            }
        }

        return result;
    }

    private static partial class Log
    {
        [LoggerMessage(2300, LogLevel.Information, "Compiled {Services} services in {Milliseconds:0.0} ms.", EventName = nameof(Compiled))]
        public static partial void Compiled(ILogger logger, int services, double milliseconds);

        [LoggerMessage(2301, LogLevel.Error, "The new snapshot of {Service} breaks a rule of the wire; its sidecars keep the last good one with the new permissions: {Violations}", EventName = nameof(SnapshotRefused))]
        public static partial void SnapshotRefused(ILogger logger, ServiceId service, string violations);

        [LoggerMessage(2302, LogLevel.Warning, "{Rule}: {Origin}: {Warning}", EventName = nameof(Warned))]
        public static partial void Warned(ILogger logger, string rule, Mesh.Model.Origin origin, string warning);

        [LoggerMessage(2303, LogLevel.Critical, "The compiler failed; everyone keeps the last good snapshot with the new permissions.", EventName = nameof(CompilerFailed))]
        public static partial void CompilerFailed(ILogger logger, Exception exception);

        [LoggerMessage(2305, LogLevel.Critical, "Not even the new permissions could be applied: sidecars may go on with the last ones, and who was revoked since may still come in.", EventName = nameof(PermissionsNotApplied))]
        public static partial void PermissionsNotApplied(ILogger logger, Exception exception);

        [LoggerMessage(2306, LogLevel.Critical, "Faults and recordings could not be applied; they are tried again with the next change.", EventName = nameof(LeasesNotApplied))]
        public static partial void LeasesNotApplied(ILogger logger, Exception exception);
    }
}
