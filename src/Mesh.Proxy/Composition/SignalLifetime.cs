using System.Runtime.InteropServices;

namespace Mesh.Proxy.Composition;

/// <summary>SIGTERM, SIGINT and SIGHUP stop the proxy in order; a second one ends it at once.</summary>
internal sealed partial class SignalLifetime(IHostApplicationLifetime lifetime, ILogger<SignalLifetime> logger) : IHostLifetime, IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _signals;

    /// <inheritdoc />
    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (var signal in new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP, PosixSignal.SIGQUIT })
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true; // or the runtime would end the process before anything is drained
        if (Interlocked.Increment(ref _signals) > 1)
        {
            Environment.Exit(ExitCode.Failure);
        }

        Log.Stopping(logger, context.Signal);
        lifetime.StopApplication();
    }

    private static partial class Log
    {
        [LoggerMessage(3001, LogLevel.Information, "{Signal}: leaving the mesh, then finishing what runs; the same again ends at once.", EventName = nameof(Stopping))]
        public static partial void Stopping(ILogger logger, PosixSignal signal);
    }
}
