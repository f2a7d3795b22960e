using System.Runtime.InteropServices;
using Mesh.Cli.Api;
using Mesh.Cli.AppFiles;
using Mesh.Cli.Installation;
using Mesh.Cli.Processes;
using Mesh.Cli.Terminal;
using Mesh.Laptop.Files;
using Mesh.Laptop.Ports;
using Mesh.Model.Planning;
using Mesh.Model.Topology;

namespace Mesh.Cli.Running;

/// <summary><c>mesh up</c>: from the file to a running app, and back to nothing.</summary>
internal sealed class UpSession(UpOptions options, Screen screen, MeshInstallation installation, RunningApps apps, TimeProvider clock)
{
    private static readonly TimeSpan Reminder = TimeSpan.FromSeconds(15);

    private readonly LogPrinter _printer = new(screen.Out.Profile.Out.Writer, screen.HasColours);

    /// <summary>Runs until the user stops it, or nothing is left to run.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        if (AppFile.Load(options.File, screen) is not { } app)
        {
            return ExitCode.Invalid;
        }

        var (controlPlaneProgram, proxy) = (installation.ControlPlane(), installation.Proxy());
        using var state = StateFolder.Open(options.State ?? Path.Combine(Path.GetDirectoryName(app.File)!, ".mesh", app.Name));
        var ports = new LaptopPorts(state.Ports, LaptopPorts.SeedOf(state.Path));
        var controlPlanePorts = ControlPlanePorts.Choose(options, ports, app.Description);
        var target = PlanningTarget.Laptop with { ReservedPorts = controlPlanePorts.Reserved };
        var plan = MeshPlanner.Plan(app.Description, target, ports.Pick);
        if (!plan.Violations.IsEmpty)
        {
            AppFile.Report(app.File, plan.Violations, screen);
            return ExitCode.Invalid;
        }

        StartChecks.Throw(app);
        ports.Save();

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var probe = new HealthProbe(clock);
        using var guard = ProcessGuard.Start();
        RunningApp? running = null;
        var context = new RunContext
        {
            Options = options,
            State = state,
            Launcher = new Launcher(guard, _printer, state, clock),
            Probe = probe,
            Proxy = proxy,
            TrustDomain = app.Description.TrustDomain,
            CertificateLifetime = app.CertificateLifetime,
            Telemetry = Telemetry.Of(options.Otlp, Environment.GetEnvironmentVariable),
            AbsentServices = () => running?.Absent ?? new HashSet<ServiceId>(),
        };
        using var controlPlane = new ControlPlaneRunner(context, controlPlaneProgram, app.PoliciesDirectory, controlPlanePorts.Grpc, controlPlanePorts.Api);
        using var replicas = running = new RunningApp(context, controlPlane);
        using var interrupt = StopOn(PosixSignal.SIGINT, stop, running);
        using var terminate = StopOn(PosixSignal.SIGTERM, stop, running);
        using var hangUp = StopOn(PosixSignal.SIGHUP, stop, running);
        try
        {
            return await RunAsync(app, target, plan, ports, context, controlPlane, running, stop.Token);
        }
        finally
        {
            context.IsStopping = true;
            await running.StopAsync();
            await controlPlane.StopAsync();
            _printer.Say("Everything is stopped.");
        }
    }

    private async Task<int> RunAsync(
        AppDefinition app, PlanningTarget target, MeshPlan plan, LaptopPorts ports, RunContext context, ControlPlaneRunner controlPlane, RunningApp running, CancellationToken stop)
    {
        var startedAt = clock.GetTimestamp();
        using var watcher = new AppFileWatcher(app.File, clock); // what is changed while everything starts is followed once it has
        foreach (var replica in plan.Workloads.SelectMany(w => w.Replicas))
        {
            _printer.Expect(replica.Name);
        }

        _printer.Say($"Starting {app.Name} from {app.File}; logs are in {Path.Combine(context.State.Path, "logs")}.");
        SecretFile.Write(
            context.State.CliFile,
            new ServerFile { App = app.Name, Server = controlPlane.Api, Token = controlPlane.Token, ProcessId = Environment.ProcessId, File = app.File, State = context.State.Path }.ToJson());
        using var known = apps.Add(context.State.CliFile, Environment.ProcessId);
        try
        {
            if (await StartAsync(app, plan, running, stop) is var code and not ExitCode.Ok)
            {
                return code;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }

        var summary = new Summary(app, running, controlPlane);
        _printer.Write(() => summary.Print(screen, clock.GetElapsedTime(startedAt)));
        if (options.ReadyFile is { } file)
        {
            SecretFile.Write(Path.GetFullPath(file), summary.ToReadyFile(context.State.Path));
        }

        while (await watcher.ChangedAsync(stop))
        {
            await FollowAsync(app, target, ports, running, stop);
        }

        _printer.Say("Stopping.");
        return ExitCode.Ok;
    }

    private async Task<int> StartAsync(AppDefinition app, MeshPlan plan, RunningApp running, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var reminding = RemindAsync(running, limit.Token);
        using var timer = clock.CreateTimer(_ => limit.Cancel(), null, options.ReadyTimeout, Timeout.InfiniteTimeSpan);
        try
        {
            await running.StartAsync(app, plan, limit.Token);
            var failed = await running.ReadyAsync(limit.Token);
            if (!failed.IsEmpty)
            {
                _printer.Warn($"{string.Join(" and ", failed.Select(f => f.Plan.Name))} did not start, so {app.Name} does not run. Stopping the rest.");
                return ExitCode.Failed;
            }

            return ExitCode.Ok;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            _printer.Warn($"not ready after {options.ReadyTimeout.TotalSeconds:0} s (--ready-timeout):\n{Unready(running)}");
            return ExitCode.Failed;
        }
        finally
        {
            await limit.CancelAsync();
            await reminding;
        }
    }

    private async Task FollowAsync(AppDefinition first, PlanningTarget target, LaptopPorts ports, RunningApp running, CancellationToken stop)
    {
        if (AppFile.Load(first.File, screen, _printer) is not { } changed)
        {
            _printer.Warn("The file is not used; what ran before goes on.");
            return;
        }

        if (changed.Name != first.Name || changed.PoliciesDirectory != first.PoliciesDirectory || changed.Description.TrustDomain != first.Description.TrustDomain
            || changed.CertificateLifetime != first.CertificateLifetime)
        {
            _printer.Warn("A new name, trust domain, certificate lifetime or policies directory needs a new 'mesh up'; what ran before goes on.");
            return;
        }

        var plan = MeshPlanner.Plan(changed.Description, target, ports.Pick);
        if (!plan.Violations.IsEmpty)
        {
            AppFile.Report(changed.File, plan.Violations, screen, _printer);
            _printer.Warn("The file is not used; what ran before goes on.");
            return;
        }

        var before = running.Plan.Edges.Select(e => e.ToString()).ToHashSet();
        try
        {
            StartChecks.ThrowForNew(changed, running.Definition!);
            ports.Save();
            var done = await running.ChangeAsync(changed, plan, stop);
            var after = plan.Edges.Select(e => e.ToString()).ToHashSet();
            string[] news =
            [
                .. before.Except(after).Select(e => $"- {e}: refused from now on"),
                .. after.Except(before).Select(e => $"+ {e}"),
                .. done,
            ];
            _printer.Say(news.Length == 0 ? $"{Path.GetFileName(first.File)} changed nothing that runs." : $"{Path.GetFileName(first.File)} changed:\n{string.Join('\n', news.Select(n => $"  {n}"))}");
        }
        catch (CliException e)
        {
            _printer.Warn(e.Message);
        }
    }

    private PosixSignalRegistration StopOn(PosixSignal signal, CancellationTokenSource stop, RunningApp running) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        if (stop.IsCancellationRequested)
        {
            _printer.Warn("Ending everything at once.");
            running.Kill();
        }
        else
        {
            stop.Cancel();
        }
    });

    private async Task RemindAsync(RunningApp running, CancellationToken until)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Reminder, clock, until);
                _printer.Say($"Still waiting:\n{Unready(running)}");
            }
        }
        catch (OperationCanceledException)
        {
            // Ready, or stopped.
        }
    }

    private static string Unready(RunningApp running) => string.Join('\n', running.Replicas
        .Where(r => !r.App.Ready.IsCompletedSuccessfully && !r.IsAbsent)
        .Select(r => $"    {r.Plan.Name}: {r.Waiting}"));
}
