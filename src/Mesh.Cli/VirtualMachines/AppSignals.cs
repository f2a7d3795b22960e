using System.Globalization;
using System.Runtime.InteropServices;
using Mesh.Cli.Processes;

namespace Mesh.Cli.VirtualMachines;

/// <summary>
/// Takes the signals of this process: SIGTERM, SIGINT and SIGQUIT end the app in order, and a second one at once; everything else that people send to daemons goes to the
/// app as it is.
/// </summary>
internal sealed class AppSignals : IDisposable
{
    /// <summary>SIGTERM.</summary>
    public const int Terminate = 15;

    private static readonly (PosixSignal Signal, int Number)[] Ending = [(PosixSignal.SIGTERM, Terminate), (PosixSignal.SIGINT, 2), (PosixSignal.SIGQUIT, 3)];

    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly TaskCompletionSource<int> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _second = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ChildProcess? _app;

    public AppSignals()
    {
        foreach (var (signal, number) in Ending)
        {
            Take(signal, () =>
            {
                if (!_first.TrySetResult(number))
                {
                    _second.TrySetResult();
                }
            });
        }

        foreach (var number in Passed())
        {
            Take((PosixSignal)number, () => _app?.Signal(number));
        }
    }

    /// <summary>Completes with the number of the first signal to end.</summary>
    public Task<int> First => _first.Task;

    /// <summary>Completes with the second one.</summary>
    public Task Second => _second.Task;

    /// <summary>From now on the app gets what is passed on.</summary>
    public void PassTo(ChildProcess app) => _app = app;

    /// <summary><c>SIGTERM</c>.</summary>
    public static string Name(int number) => number switch
    {
        2 => "SIGINT",
        3 => "SIGQUIT",
        Terminate => "SIGTERM",
        _ => string.Create(CultureInfo.InvariantCulture, $"signal {number}"),
    };

    /// <inheritdoc />
    public void Dispose() => _registrations.ForEach(r => r.Dispose());

    // SIGHUP, SIGUSR1, SIGUSR2; macOS has other numbers for the last two, and Windows none at all.
    private static int[] Passed() => OperatingSystem.IsLinux() ? [1, 10, 12] : OperatingSystem.IsMacOS() ? [1, 30, 31] : [];

    private void Take(PosixSignal signal, Action handle) => _registrations.Add(PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        handle();
    }));
}
