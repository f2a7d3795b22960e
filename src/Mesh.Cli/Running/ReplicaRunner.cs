using System.Collections.Immutable;
using Mesh.Cli.AppFiles;
using Mesh.Cli.Processes;
using Mesh.Laptop.Clients;
using Mesh.Laptop.Files;
using Mesh.Model.Bootstrap;
using Mesh.Model.Planning;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Cli.Running;

/// <summary>One replica: the app's process and the sidecar beside it.</summary>
internal sealed class ReplicaRunner : IDisposable
{
    private static readonly TimeSpan AppGrace = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SidecarGrace = TimeSpan.FromSeconds(6);

    private readonly RunContext _context;
    private ImmutableSortedDictionary<string, string> _startedWith = ChildStart.NoVariables;
    private ImmutableSortedDictionary<string, string> _revoked = ChildStart.NoVariables;
    private bool _appStarted;
    private bool _otherCommand;

    public ReplicaRunner(RunContext context, ServiceDefinition definition, PlannedWorkload workload, PlannedReplica plan)
    {
        (_context, Definition, Workload, Plan) = (context, definition, workload, plan);
        App = new Supervisor(plan.Name, RestartPolicy.Service, context.Launcher)
        {
            Describe = DescribeApp,
            Show = _ => !context.Options.Quiet,
            Declines = code => Definition.Optional && (Definition.OptionalExitCode is not { } expected || code == expected),
            UntilReady = (_, gone) => UntilAppReadyAsync(gone),
        };
        Sidecar = new Supervisor($"{plan.Name}-mesh", RestartPolicy.Infrastructure, context.Launcher)
        {
            Describe = DescribeSidecar,
            Show = context.ShowsMeshLine,
            UntilReady = (_, gone) => UntilSidecarReadyAsync(gone),
        };
    }

    /// <summary>How the service is run.</summary>
    public ServiceDefinition Definition { get; private set; }

    /// <summary>The service.</summary>
    public PlannedWorkload Workload { get; private set; }

    /// <summary>The replica's ports and environment.</summary>
    public PlannedReplica Plan { get; private set; }

    /// <summary>The app's process.</summary>
    public Supervisor App { get; }

    /// <summary>The sidecar.</summary>
    public Supervisor Sidecar { get; }

    /// <summary>Why it is not ready yet.</summary>
    public string Waiting { get; private set; } = "not started yet";

    /// <summary>Whether the app declined to run here.</summary>
    public bool IsAbsent => App.Ended is { IsCompletedSuccessfully: true } && App.Ended.GetAwaiter().GetResult() == ProcessEnd.Declined;

    /// <summary>Completes when the service works, or will not.</summary>
    public Task Decided => Task.WhenAny(App.Ready, App.Ended);

    /// <summary>Writes the sidecar's start-up file and starts it.</summary>
    public void StartSidecar(ControlPlaneAccess access, string token)
    {
        if (!Plan.HasSidecar)
        {
            return; // Neither called nor calling through the mesh.
        }

        WriteBootstrap(access, token);
        Sidecar.Start();
    }

    /// <summary>Starts the app once its sidecar takes its calls and optional callees are up or gone.</summary>
    public async Task StartAppAsync(IReadOnlyCollection<ReplicaRunner> callees, CancellationToken cancellation)
    {
        await UntilSidecarTakesCallsAsync(cancellation);
        await UntilSidecarRelaysAsync(cancellation);
        foreach (var callee in callees.Where(c => c.Definition.Optional))
        {
            Waiting = $"whether optional {callee.Definition.Id.Name} runs here is not known yet";
            await callee.Decided.WaitAsync(cancellation);
        }

        Waiting = "starting";
        _appStarted = true;
        App.Start();
    }

    /// <summary>Takes over a changed plan; restarts the sidecar if it was started with other addresses.</summary>
    /// <returns>Whether it was restarted.</returns>
    public async Task<bool> ChangeAsync(ServiceDefinition definition, PlannedWorkload workload, PlannedReplica plan, ControlPlaneAccess access, string token)
    {
        // What only went away is refused by the control plane's new configuration at once, and what comes back finds its address kept; a restart would add nothing.
        var bound = Bound;
        var sidecar = plan.Listeners.Any(l => bound.GetValueOrDefault(l.Key) != l.Value)
            || plan.Applications.Any(a => Plan.Applications.GetValueOrDefault(a.Key) != a.Value)
            || definition.Proxyless != Definition.Proxyless;
        _otherCommand = !definition.Command.SequenceEqual(Definition.Command) || definition.WorkingDirectory != Definition.WorkingDirectory;
        _revoked = Revoked(plan);
        (Definition, Workload, Plan) = (definition, workload, plan);
        WriteBootstrap(access, token);
        if (!sidecar || Sidecar.ProcessId is null)
        {
            return false;
        }

        await Sidecar.RestartAsync(SidecarGrace);
        return true;
    }

    /// <summary>Restarts the app if it was started with another command or without an address that it has to know now.</summary>
    /// <returns>Whether it was restarted.</returns>
    public async Task<bool> ChangeAppAsync(CancellationToken cancellation)
    {
        if (!_appStarted || !(_otherCommand || AppEnvironment().Any(v => _startedWith.GetValueOrDefault(v.Key) != v.Value)))
        {
            return false;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(SidecarGrace);
        try
        {
            await UntilSidecarTakesCallsAsync(limit.Token);
            await UntilSidecarRelaysAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The app starts all the same and finds out; why its sidecar does not listen is in the sidecar's log.
        }

        _otherCommand = false;
        await App.RestartAsync(AppGrace);
        return true;
    }

    /// <summary>Stops the app, then its sidecar.</summary>
    public async Task StopAsync()
    {
        await App.StopAsync(AppGrace);
        await StopSidecarAsync();
    }

    /// <summary>Stops the sidecar.</summary>
    public Task StopSidecarAsync() => Sidecar.StopAsync(SidecarGrace);

    /// <summary>Ends both at once.</summary>
    public void Kill()
    {
        App.Kill();
        Sidecar.Kill();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        App.Dispose();
        Sidecar.Dispose();
    }

    private ImmutableSortedDictionary<string, string> Bound => Plan.Listeners.AddRange(_revoked);

    // The running app still knows these addresses: its sidecar answers there why it may not call any more, unless somebody else has the address by now.
    private ImmutableSortedDictionary<string, string> Revoked(PlannedReplica next) => Plan.Listeners.Concat(_revoked)
        .Where(l => ResourceNames.OutboundPort(l.Key) is not null && !next.Listeners.ContainsKey(l.Key) && !next.Listeners.ContainsValue(l.Value))
        .DistinctBy(l => l.Value)
        .ToImmutableSortedDictionary(StringComparer.Ordinal);

    private void WriteBootstrap(ControlPlaneAccess access, string token)
    {
        var bootstrap = StartFiles.Bootstrap(
            _context.TrustDomain, Definition.Id, Plan with { Listeners = Bound }, _context.State.Sidecar(Plan.Name), access.Grpc, access.Roots, token, _context.AdminToken, _context.Telemetry, Environment.ProcessId);
        if (Definition.Proxyless is { } proxyless)
        {
            bootstrap.Relay = new RelayBootstrap();
            bootstrap.AdvertisedAddress = proxyless.Serves is { } served ? Plan.Applications.GetValueOrDefault(served) : null;
            SecretFile.Write(_context.State.GrpcBootstrap(Plan.Name), GrpcBootstrap.Of(bootstrap, proxyless.Serves).ToJsonString());
        }

        SecretFile.Write(_context.State.Bootstrap(Plan.Name), StartFiles.ToJson(bootstrap));
    }

    private ChildStart DescribeSidecar()
    {
        var proxy = _context.Proxy;
        return new ChildStart
        {
            Program = proxy.Program,
            Arguments = [.. proxy.Arguments, "run", "--bootstrap", _context.State.Bootstrap(Plan.Name)],
            WorkingDirectory = _context.State.Path,
            Environment = proxy.Environment,
        };
    }

    private ChildStart DescribeApp()
    {
        _startedWith = AppEnvironment();
        var program = ProgramSearch.Find(Definition.Command[0], Definition.WorkingDirectory)
            ?? throw new CliException(ExitCode.Failed, $"{Plan.Name} cannot be started: {ProgramSearch.WhyNot(Definition.Command[0], Definition.WorkingDirectory)}");
        return new ChildStart
        {
            Program = program,
            Arguments = [.. Definition.Command.Skip(1)],
            WorkingDirectory = Definition.WorkingDirectory,
            Environment = _startedWith,
        };
    }

    private ImmutableSortedDictionary<string, string> AppEnvironment()
    {
        var absent = _context.AbsentServices();
        var variables = ChildStart.NoVariables.ToBuilder();
        foreach (var (name, value) in _context.TelemetryVariables(Definition.Id, Plan.Name))
        {
            variables[name] = value;
        }

        foreach (var variable in Plan.Environment.Where(v => v.Upstream is not { } upstream || !absent.Contains(upstream)))
        {
            variables[variable.Name] = variable.Value;
        }

        if (Definition.Proxyless is not null)
        {
            variables[GrpcBootstrap.Variable] = _context.State.GrpcBootstrap(Plan.Name);
            variables[GrpcBootstrap.PermissionsVariable] = "true";
        }

        variables[EnvironmentNames.State] = _context.State.App(Plan.Name);
        variables.AddOrReplace(Definition.Environment);
        return variables.ToImmutable();
    }

    private async Task UntilSidecarTakesCallsAsync(CancellationToken cancellation)
    {
        foreach (var (name, address) in Plan.Listeners.Where(l => l.Key.StartsWith(ResourceNames.OutboundPrefix, StringComparison.Ordinal)))
        {
            Waiting = $"its sidecar does not listen for {name} yet";
            await _context.Probe.UntilAcceptsAsync(address, why => Waiting = $"its sidecar's {name} at {why}", cancellation);
        }
    }

    // Clients read their start-up file and certificates when they start; what is not there yet they look for again only seconds later.
    private async Task UntilSidecarRelaysAsync(CancellationToken cancellation)
    {
        if (Definition.Proxyless is null || !Plan.HasSidecar)
        {
            return;
        }

        Waiting = "its sidecar's relay does not listen yet";
        var relay = new RelayBootstrap();
        var state = _context.State.Sidecar(Plan.Name);
        var key = Path.Combine(relay.CertificatesBeside(state), RelayBootstrap.KeyFile);
        await _context.Probe.UntilRelaysAsync(relay.SocketBeside(state)!, key, why => Waiting = $"its sidecar's relay: {why}", cancellation);
    }

    private async Task UntilAppReadyAsync(CancellationToken gone)
    {
        if (Definition.Health is { } health && Plan.FrontDoor(health.Endpoint) is { } door)
        {
            // Through the front door: healthy means the app and its sidecar.
            var port = Workload.Service.Port(health.Endpoint)!;
            var scheme = port.Protocol == AppProtocol.Https ? "https" : "http";
            await _context.Probe.UntilHealthyAsync($"{scheme}://{door}{health.Path}", port.Protocol, why => Waiting = why, gone);
        }
        else
        {
            foreach (var (name, address) in Plan.Applications)
            {
                await _context.Probe.UntilAcceptsAsync(address, why => Waiting = $"its port '{name}' at {why}", gone);
            }
        }

        if (Plan.HasSidecar)
        {
            Waiting = "its sidecar is not ready yet";
            await Sidecar.Ready.WaitAsync(gone);
        }

        Waiting = "";
    }

    private Task UntilSidecarReadyAsync(CancellationToken gone) =>
        _context.Probe.UntilHealthyAsync($"http://{Plan.AdminAddress}/ready", AppProtocol.Http, why => Waiting = $"its sidecar: {why}", gone, _context.AdminToken);
}
