using System.Collections.Immutable;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Cli.Processes;
using Mesh.Cli.Terminal;
using Mesh.Cli.VirtualMachines;
using Mesh.Laptop.Api;

namespace Mesh.Cli.Commands;

/// <summary>One recording from its beginning to what it says: it holds it while it runs, so that none outlives the command.</summary>
internal sealed class RecordSession(ControlPlaneClient client, Screen screen, TimeProvider clock)
{
    private static readonly TimeSpan KeepEvery = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan AcknowledgedWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan CommandGrace = TimeSpan.FromSeconds(30);
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>How long at most; <see langword="null"/>: until it is ended.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>What runs meanwhile; empty: nothing of ours.</summary>
    public ImmutableArray<string> Command { get; init; } = [];

    /// <summary>Where it runs.</summary>
    public required string Directory { get; init; }

    /// <summary>How to print.</summary>
    public RecordFormat Format { get; init; }

    /// <summary>Where to; <see langword="null"/>: to the output.</summary>
    public string? File { get; init; }

    /// <summary>Runs to the end.</summary>
    /// <returns>The command's exit code, else 0.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        using var signals = new AppSignals();
        var begun = await client.PostAsync("recordings", Duration is { } limit ? new JsonObject { ["duration"] = $"{(long)Math.Ceiling(limit.TotalMilliseconds)}ms" } : [], cancellation);
        var id = begun["id"]!.ToString();
        var code = ExitCode.Ok;
        try
        {
            var sidecars = await UntilAcknowledgedAsync(id, cancellation);
            screen.Say($"{sidecars} {(sidecars == 1 ? "sidecar records" : "sidecars record")}{(Command.IsEmpty ? "; use the app, or run its tests. Ctrl+C ends it." : ".")}");
            code = await WhileAsync(id, signals, cancellation);
        }
        finally
        {
            // Also when something went wrong: it would go on for another minute.
            await EndAsync(id);
        }

        try
        {
            await PrintAsync(id, cancellation);
        }
        catch (ControlPlaneException e) when (!Command.IsEmpty)
        {
            // What ran has its own end, which whoever asked for it waits for.
            screen.Say($"nothing is printed of the recording: {e.Message}");
        }

        return code;
    }

    // One that has ended already, or that a control plane that started anew does not know, needs no end; one that is not heard of ends by itself.
    private async Task EndAsync(string id)
    {
        try
        {
            await client.PostAsync($"recordings/{id}/end", null, CancellationToken.None);
        }
        catch (RefusedException)
        {
            // Printing it says so, if it is not there any more.
        }
        catch (ControlPlaneException e)
        {
            screen.Say($"the recording could not be ended, and ends by itself within a minute: {e.Message}");
        }
    }

    private async Task<int> UntilAcknowledgedAsync(string id, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(AcknowledgedWithin, clock);
        while (true)
        {
            var sidecars = (await client.GetAsync($"recordings/{id}", cancellation))["sidecars"]!.AsArray();
            var late = sidecars.Where(s => s!["acknowledged"]?.GetValue<bool>() != true).ToList();
            if (late.Count == 0)
            {
                return sidecars.Count;
            }

            if (limit.IsCancellationRequested)
            {
                screen.Say($"not recording, for they have not answered: {string.Join(", ", late.Select(s => $"{s!["service"]} {s["replica"]}"))}");
                return sidecars.Count - late.Count;
            }

            await Task.Delay(AskEvery, clock, cancellation);
        }
    }

    private async Task<int> WhileAsync(string id, AppSignals signals, CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var keeping = KeepAsync(id, over.Token);
        var time = Duration is { } limit ? Task.Delay(limit, clock, over.Token) : Task.Delay(Timeout.InfiniteTimeSpan, clock, over.Token);
        var app = Command.IsEmpty ? null : ChildProcess.Start(
            new ChildStart { Program = ProgramSearch.Find(Command[0], Directory)!, Arguments = Command[1..], WorkingDirectory = Directory, SharesStreams = true },
            (_, _) => { },
            clock);
        if (app is not null)
        {
            signals.PassTo(app);
        }

        var ended = await Task.WhenAny([signals.First, time, keeping, .. app is null ? ImmutableArray<Task>.Empty : [app.Exited]]);
        if (app is not null && ended == keeping && keeping.IsCompletedSuccessfully)
        {
            // Nothing is recorded any more; the command is still the user's.
            screen.Say($"{await keeping} {Command[0]} goes on.");
            ended = await Task.WhenAny(signals.First, time, app.Exited);
        }

        if (app is not null && ended == signals.First)
        {
            // It was asked to end too, and may take its time.
            app.Signal(await signals.First);
            await Task.WhenAny(app.Exited, signals.Second, Task.Delay(CommandGrace, clock, over.Token));
        }

        if (app is not null && ended != app.Exited && !app.Exited.IsCompleted)
        {
            await app.StopAsync(CommandGrace);
        }

        await over.CancelAsync();
        if (ended == keeping)
        {
            screen.Say(await keeping);
        }
        else
        {
            await ((Task)keeping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await time.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return app is null ? ExitCode.Ok : await app.Exited;
    }

    // Ends when the recording has: somebody else ended it, or the control plane started anew.
    private async Task<string> KeepAsync(string id, CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Delay(KeepEvery, clock, cancellation);
            try
            {
                await client.PostAsync($"recordings/{id}/keep", null, cancellation);
            }
            catch (RefusedException)
            {
                return "the recording has ended: somebody else ended it, or the control plane started anew.";
            }
            catch (ControlPlaneException e) when (e.Fault is ControlPlaneFault.Unreachable or ControlPlaneFault.Failed)
            {
                // It may be there again before the recording ends for want of a word.
                screen.Say(e.Message);
            }
            catch (ControlPlaneException e)
            {
                return $"the recording cannot be held any longer: {e.Message}";
            }
        }
    }

    private async Task PrintAsync(string id, CancellationToken cancellation)
    {
        var seen = await client.GetAsync($"recordings/{id}", cancellation);
        var text = Format == RecordFormat.Json
            ? $"{seen.ToJsonString(Indented)}\n"
            : await client.GetTextAsync($"recordings/{id}/policies?format={(Format == RecordFormat.CSharp ? "csharp" : "yaml")}", cancellation);
        if (File is null)
        {
            screen.Line(text.TrimEnd());
        }
        else
        {
            await System.IO.File.WriteAllTextAsync(File, text, cancellation);
        }

        screen.Say(string.Create(CultureInfo.InvariantCulture, $"{seen["requests"]} requests and connections on {seen["edges"]!.AsArray().Count} edges{(File is null ? "" : $", written to {File}")}."));
    }
}
