using System.Globalization;
using Mesh.Cli.Installation;
using Mesh.Cli.Processes;
using Mesh.Cli.Terminal;
using Mesh.Laptop.Files;
using Mesh.Model.Bootstrap;
using Mesh.Model.Planning;

namespace Mesh.Cli.VirtualMachines;

/// <summary>
/// A sidecar and one process beside it, for machines whose service manager starts things: the end of one is the end of the other, nothing is restarted, and the last line
/// says who ended and why.
/// </summary>
internal sealed class SidecarRun(RunOptions options, Screen screen, MeshInstallation installation, TimeProvider clock)
{
    // After its own drain, which found nothing left to do.
    private static readonly TimeSpan SidecarGrace = TimeSpan.FromSeconds(6);

    /// <summary>Runs to the end.</summary>
    /// <returns>The app's exit code, or why it could not go on.</returns>
    /// <exception cref="CliException">It never started.</exception>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var proxy = installation.Proxy();
        using var signals = new AppSignals();
        var bootstrap = await new RunChecks(proxy, clock).ThrowAsync(options, cancellation);
        using var guard = ProcessGuard.Start();
        using var door = new SidecarDoor(bootstrap, clock);
        var sidecar = ChildProcess.Start(
            new ChildStart { Program = proxy.Program, Arguments = [.. proxy.Arguments, "run", "--bootstrap", options.Bootstrap], WorkingDirectory = options.Directory, Environment = proxy.Environment },
            (line, _) => screen.Say(line),
            clock);
        guard.Add(sidecar);
        try
        {
            return await UntilReadyAsync(sidecar, door, signals, bootstrap) ?? await BesideAsync(StartApp(bootstrap, guard), sidecar, door, signals);
        }
        finally
        {
            await sidecar.StopAsync(SidecarGrace);
            guard.Remove(sidecar);
        }
    }

    private async Task<int?> UntilReadyAsync(ChildProcess sidecar, SidecarDoor door, AppSignals signals, SidecarBootstrap bootstrap)
    {
        using var limit = new CancellationTokenSource(options.ReadyWithin, clock);
        var ready = door.UntilReadyAsync(limit.Token);
        var first = await Task.WhenAny(ready, sidecar.Exited, signals.First);
        if (first == signals.First)
        {
            await limit.CancelAsync();
            screen.Wrong($"stopped by {AppSignals.Name(await signals.First)} before the app was started.");
            return ExitCode.Interrupted;
        }

        if (first == sidecar.Exited)
        {
            await limit.CancelAsync();
            throw new CliException(ExitCode.Failed, $"the sidecar ended with {ExitWords.Of(await sidecar.Exited)} before the app was started; what it said is above.");
        }

        try
        {
            await ready;
            return null;
        }
        catch (OperationCanceledException)
        {
            throw new CliException(ExitCode.Unavailable, string.Create(CultureInfo.InvariantCulture,
                $"the sidecar of {bootstrap.Service} was not ready within {options.ReadyWithin.TotalSeconds:0} s, so the app was not started:\n{door.Waiting}\nMore time: --ready-timeout."));
        }
    }

    private ChildProcess StartApp(SidecarBootstrap bootstrap, ProcessGuard guard)
    {
        if (bootstrap.Environment.TryGetValue(EnvironmentNames.State, out var state))
        {
            SecretFile.MakeFolder(state);
        }

        var app = ChildProcess.Start(
            new ChildStart
            {
                Program = ProgramSearch.Find(options.Command[0], options.Directory)!,
                Arguments = [.. options.Command.Skip(1)],
                WorkingDirectory = options.Directory,
                Environment = ChildStart.NoVariables.AddRange(bootstrap.Environment),
                SharesStreams = true,
            },
            (_, _) => { },
            clock);
        guard.Add(app);
        _ = app.Exited.ContinueWith(_ => guard.Remove(app), TaskScheduler.Default);
        return app;
    }

    private async Task<int> BesideAsync(ChildProcess app, ChildProcess sidecar, SidecarDoor door, AppSignals signals)
    {
        signals.PassTo(app);
        var name = string.Create(CultureInfo.InvariantCulture, $"{options.Command[0]} (process {app.Id})");
        var first = await Task.WhenAny(app.Exited, sidecar.Exited, signals.First);
        if (first == app.Exited)
        {
            return await FinishAsync(app, sidecar, $"{name} ended by itself with {ExitWords.Of(await app.Exited)}; the sidecar was stopped");
        }

        if (first == sidecar.Exited)
        {
            var code = await sidecar.Exited;
            await EndAppAsync(app, AppSignals.Terminate, signals);
            screen.Wrong($"the sidecar (process {sidecar.Id}) ended by itself with {ExitWords.Of(code)}; {name} was stopped and ended with {ExitWords.Of(await app.Exited)}.");
            return ExitCode.Failed;
        }

        var signal = await signals.First;
        var from = clock.GetTimestamp();
        using var drained = new CancellationTokenSource();
        var drain = door.DrainAsync(drained.Token);
        await Task.WhenAny(drain, app.Exited, sidecar.Exited, signals.Second);
        await drained.CancelAsync();
        var said = await drain;
        var took = clock.GetElapsedTime(from);
        var how = await EndAppAsync(app, signal, signals);
        var ended = await app.Exited;
        return await FinishAsync(app, sidecar, string.Create(CultureInfo.InvariantCulture, $"{AppSignals.Name(signal)}: {said} after {took.TotalSeconds:0.0} s, then {name} {how} {ExitWords.Of(ended)}, then the sidecar"));
    }

    private async Task<int> FinishAsync(ChildProcess app, ChildProcess sidecar, string last)
    {
        await sidecar.StopAsync(SidecarGrace);
        screen.Wrong($"{last}.");
        return await app.Exited;
    }

    // Its signal, then as long as it may take, then no more.
    private async Task<string> EndAppAsync(ChildProcess app, int signal, AppSignals signals)
    {
        app.Signal(signal);
        using var over = new CancellationTokenSource();
        var patience = Task.Delay(options.StopWithin, clock, over.Token);
        var first = await Task.WhenAny(app.Exited, patience, signals.Second);
        await over.CancelAsync();
        if (first == app.Exited)
        {
            return "ended with";
        }

        app.Kill();
        await app.Exited;
        return first == signals.Second
            ? "was killed by a second signal:"
            : string.Create(CultureInfo.InvariantCulture, $"did not end within {options.StopWithin.TotalSeconds:0} s and was killed:");
    }
}
