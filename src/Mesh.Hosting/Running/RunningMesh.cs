using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Diagnostics;
using Mesh.Hosting.Reading;
using Mesh.Laptop.Api;
using Mesh.Laptop.Files;
using Mesh.Model.Bootstrap;
using Mesh.Model.Compilation;
using Mesh.Model.Identity;
using Mesh.Model.Planning;
using Mesh.Model.Topology;

namespace Mesh.Hosting.Running;

/// <summary>The mesh of a running app: its plan, its directory, and the way to its control plane.</summary>
internal sealed class RunningMesh : IDisposable
{
    private static readonly TimeSpan ControlPlaneLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan BetweenAnswers = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<ServiceId, Task<string>> _tokens = new();
    private readonly CancellationTokenSource _disposed = new();
    private Task? _ready;
    private Task<ImmutableArray<string>>? _roots;
    private volatile KeptCredentials? _kept;
    private string _documents = "";

    public RunningMesh(string name, TrustDomain trustDomain, AppReading reading, MeshPlan plan, MeshState state, int grpcPort, int apiPort, TimeProvider time)
    {
        (Name, TrustDomain, Reading, Plan, State, _time) = (name, trustDomain, reading, plan, state, time);
        GrpcAddress = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{grpcPort}");
        ApiAddress = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{apiPort}");
        Client = new ControlPlaneClient(new Uri($"http://{ApiAddress}"), AppHostToken);
    }

    /// <summary>The mesh's resource name.</summary>
    public string Name { get; }

    /// <summary>The trust domain.</summary>
    public TrustDomain TrustDomain { get; }

    /// <summary>The app as it was read.</summary>
    public AppReading Reading { get; }

    /// <summary>What was planned for it.</summary>
    public MeshPlan Plan { get; }

    /// <summary>Its directory.</summary>
    public MeshState State { get; }

    /// <summary>Where the control plane serves sidecars, <c>ip:port</c>.</summary>
    public string GrpcAddress { get; }

    /// <summary>Where it serves people and tools, <c>ip:port</c>.</summary>
    public string ApiAddress { get; }

    /// <summary>The AppHost's token, with every scope.</summary>
    public string AppHostToken { get; } = StartFiles.NewToken();

    /// <summary>The browser's token, to look only.</summary>
    public string BrowserToken { get; } = StartFiles.NewToken();

    /// <summary>The token of the sidecars' admin endpoints.</summary>
    public string AdminToken { get; } = StartFiles.NewToken();

    /// <summary>The control plane's API.</summary>
    public ControlPlaneClient Client { get; }

    /// <summary>The certificate of https listeners; <see langword="null"/>: there is none that the machine trusts.</summary>
    public ServerCertificateFiles? ServerCertificate { get; init; }

    /// <summary>Whether sidecars speak plain HTTP at a port that is https, for want of a certificate.</summary>
    public bool IsPlain(ServicePort port) => port.Protocol == AppProtocol.Https && ServerCertificate is null;

    /// <summary>What lint rules find in the policies of the AppHost.</summary>
    public ImmutableArray<CompileWarning> Findings { get; set; } = [];

    /// <summary>Waits until the control plane serves sidecars.</summary>
    public Task UntilReadyAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            // Many wait at once while the app starts: one of them asks for all.
            _ready = _ready is { IsCompleted: false } ? _ready : UntilAnsweredAsync();
            return _ready.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Takes up what the last run kept, once all documents of this one are written. What sidecars kept of another app is forgotten: a permission that is gone is gone at once.</summary>
    public void TakeUpKept()
    {
        _kept = KeptCredentials.Load(State, TrustDomain.Name, _time.GetUtcNow());
        _documents = KeptCredentials.HashOf(State);
        if (_kept?.Documents != _documents)
        {
            State.ForgetSidecars();
        }
    }

    /// <summary>Once the control plane is there, however late: asks for what was not kept, and keeps it.</summary>
    /// <returns>Whether sidecars that were started with what was kept have to be started anew, because the control plane is another.</returns>
    public async Task<bool> UntilKeptIsConfirmedAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await ConfirmKeptAsync(cancellationToken);
            }
            catch (Exception e) when (e is DistributedApplicationException or ControlPlaneException)
            {
                // That it is not there, its own resource and every sidecar show.
                await Task.Delay(BetweenAnswers, _time, cancellationToken);
            }
        }
    }

    private async Task<bool> ConfirmKeptAsync(CancellationToken cancellationToken)
    {
        await UntilReadyAsync(cancellationToken);
        var roots = await RootsAsync(cancellationToken);
        var isStale = _kept is not null && !_kept.Roots.SequenceEqual(roots);
        if (isStale)
        {
            _kept = null;
            State.ForgetSidecars(); // with their SVIDs, which the new authority does not know
        }

        var services = Plan.Workloads.Where(w => w.Replicas.Any(r => r.HasSidecar)).Select(w => w.Service.Id).ToList();
        var tokens = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var service in services)
        {
            tokens[service.ToString()] = _kept?.TokenFor(service) ?? await TokenAsync(service, cancellationToken);
        }

        // The oldest of them says how long all are good for.
        var issuedAt = _kept?.IssuedAt ?? _time.GetUtcNow();
        new KeptCredentials(TrustDomain.Name, _documents, roots, tokens.ToImmutable(), issuedAt).Save(State);
        return isStale;
    }

    /// <summary>Writes what the sidecar is started with. What was not kept from the last run needs the control plane, which issues its token.</summary>
    public async Task WriteBootstrapAsync(MeshSidecarResource sidecar, SidecarSettings settings, CancellationToken cancellationToken)
    {
        var (workload, replica) = Find(sidecar);
        var (roots, token) = await CredentialsAsync(workload.Service.Id, cancellationToken);
        var bootstrap = StartFiles.Bootstrap(
            TrustDomain, workload.Service.Id, replica, State.Sidecar(workload.Service.Id, replica.Name), $"https://{GrpcAddress}", roots, token, AdminToken, null, Environment.ProcessId) with
        {
            ServerCertificate = ServerCertificate,
            FrontDoorHosts = settings.FrontDoorHosts,
            LogLevel = settings.LogLevel,
        };
        SecretFile.Write(State.Bootstrap(workload.Service.Id, replica.Name), StartFiles.ToJson(bootstrap));
    }

    /// <summary>What was planned for the resource, or <see langword="null"/>: it is not in the mesh.</summary>
    public PlannedWorkload? WorkloadOf(IResource resource) => Plan.Workloads.FirstOrDefault(w => Reading.Workloads[w.Service.Id] == resource);

    /// <summary>The planned workload and replica that the sidecar stands beside.</summary>
    public (PlannedWorkload Workload, PlannedReplica Replica) Find(MeshSidecarResource sidecar)
    {
        var workload = WorkloadOf(sidecar.Target)!;
        return (workload, workload.Replicas[sidecar.Replica]);
    }

    /// <summary>Waits until somebody listens at the address.</summary>
    /// <returns>Whether somebody does; <see langword="false"/>: nobody did within the limit.</returns>
    public async Task<bool> UntilListensAsync(string address, TimeSpan limit, CancellationToken cancellationToken)
    {
        var startedAt = _time.GetTimestamp();
        while (_time.GetElapsedTime(startedAt) < limit)
        {
            if (await ListenProbe.IsListeningAsync(address))
            {
                return true;
            }

            await Task.Delay(Between, _time, cancellationToken);
        }

        return false;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _disposed.Cancel();
        _disposed.Dispose();
        Client.Dispose();
        State.Dispose();
    }

    private async Task UntilAnsweredAsync()
    {
        try
        {
            await PollAsync(_disposed.Token);
        }
        catch (OperationCanceledException) when (_disposed.IsCancellationRequested)
        {
            throw new ObjectDisposedException(nameof(RunningMesh)); // not a cancellation that whoever waits asked for
        }
    }

    private async Task PollAsync(CancellationToken stop)
    {
        var startedAt = _time.GetTimestamp();
        while (!await ListenProbe.IsListeningAsync(ApiAddress) || !await Client.IsReadyAsync(stop))
        {
            if (_time.GetElapsedTime(startedAt) > ControlPlaneLimit)
            {
                throw MeshDiagnostics.ControlPlaneGone(Name, $"nobody answered at http://{ApiAddress} for {ControlPlaneLimit.TotalSeconds:0} s.");
            }

            await Task.Delay(Between, _time, stop);
        }
    }

    private async Task<(ImmutableArray<string> Roots, string Token)> CredentialsAsync(ServiceId service, CancellationToken cancellationToken)
    {
        if (_kept is { } kept && kept.TokenFor(service) is { } token)
        {
            return (kept.Roots, token);
        }

        await UntilReadyAsync(cancellationToken);
        return (await RootsAsync(cancellationToken), await TokenAsync(service, cancellationToken));
    }

    // Every replica of a service has the same token, and all starts at once: one question each.
    private Task<string> TokenAsync(ServiceId service, CancellationToken cancellationToken)
    {
        return _tokens.AddOrUpdate(service, Ask, (id, known) => known.IsFaulted || known.IsCanceled ? Ask(id) : known);

        async Task<string> Ask(ServiceId id)
        {
            var answer = await Client.PostAsync("tokens", new JsonObject { ["service"] = id.ToString() }, cancellationToken);
            return answer["token"]?.ToString() ?? throw MeshDiagnostics.ControlPlaneGone(Name, "its answer holds no token.");
        }
    }

    private Task<ImmutableArray<string>> RootsAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _roots is null or { IsFaulted: true } or { IsCanceled: true } ? _roots = AskAsync() : _roots;
        }

        async Task<ImmutableArray<string>> AskAsync()
        {
            var bundle = await Client.GetAsync("trust-bundle", cancellationToken);
            return [.. (bundle["roots"] as JsonArray ?? []).Select(r => r!.ToString())];
        }
    }
}
