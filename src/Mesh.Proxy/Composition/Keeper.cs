using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Mesh.Proxy.Composition;

/// <summary>
/// Runs the proxy as a process of its own and starts it again when it ends by itself: for a container whose network an app shares. A container engine that starts a container again gives
/// it another network, and the app would stay in the one that ended.
/// </summary>
internal static partial class Keeper
{
    /// <summary>Between an end and the next start, so that what is wrong for good costs little.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Runs until SIGTERM, which the proxy gets as well.</summary>
    /// <param name="arguments">Those of the proxy.</param>
    /// <param name="time">The clock.</param>
    /// <returns>The exit code of the last proxy.</returns>
    public static async Task<int> RunAsync(IEnumerable<string> arguments, TimeProvider time)
    {
        using var stop = new CancellationTokenSource();
        var state = new Kept();
        List<PosixSignalRegistration> registrations = [];
        foreach (var (signal, number) in new[] { (PosixSignal.SIGTERM, 15), (PosixSignal.SIGINT, 2), (PosixSignal.SIGQUIT, 3) })
        {
            registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                state.Signal(number);
                stop.Cancel();
            }));
        }

        try
        {
            while (true)
            {
                using var proxy = state.Start(Program(), [.. arguments]);
                if (proxy is null)
                {
                    return ExitCode.Success; // told to stop between two starts
                }

                await proxy.WaitForExitAsync(CancellationToken.None);
                if (stop.IsCancellationRequested)
                {
                    return proxy.ExitCode;
                }

                Terminal.Complain($"mesh-proxy: it ended by itself with exit code {proxy.ExitCode} and starts again in {Pause.TotalSeconds:F0} s");
                await Task.Delay(Pause, time, stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }
        finally
        {
            registrations.ForEach(r => r.Dispose());
        }
    }

    // A DLL is run by dotnet, whose first argument it is.
    private static string[] Program() => Environment.ProcessPath is { } self && Path.GetFileNameWithoutExtension(self) != "dotnet"
        ? [self]
        : [Environment.ProcessPath ?? "dotnet", "exec", Environment.GetCommandLineArgs()[0]];

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    /// <summary>The proxy that runs, and whether another one may be started: a signal comes at any moment.</summary>
    private sealed class Kept
    {
        private readonly Lock _lock = new();
        private Process? _proxy;
        private bool _stopping;

        public Process? Start(string[] program, string[] arguments)
        {
            lock (_lock)
            {
                return _proxy = _stopping ? null : Process.Start(new ProcessStartInfo(program[0], [.. program[1..], .. arguments]));
            }
        }

        public void Signal(int number)
        {
            lock (_lock)
            {
                _stopping = true;
                if (_proxy is { HasExited: false })
                {
                    _ = Kill(_proxy.Id, number);
                }
            }
        }
    }
}
