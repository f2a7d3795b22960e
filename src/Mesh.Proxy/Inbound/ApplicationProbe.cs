using Mesh.Proxy.Errors;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Inbound;

/// <summary>Connects to one app's port from time to time.</summary>
internal sealed class ApplicationProbe : IDisposable
{
    private static readonly TimeSpan WhileDown = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan WhileUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private readonly LocalApplication _application;
    private readonly UpstreamKit _kit;
    private readonly Action<LocalApplication, bool> _changed;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopped;
    private TaskCompletionSource _look = New();

    /// <summary>Makes a probe.</summary>
    /// <param name="application">The app.</param>
    /// <param name="kit">How it is reached.</param>
    /// <param name="changed">Told when it begins or ceases to accept.</param>
    public ApplicationProbe(LocalApplication application, UpstreamKit kit, Action<LocalApplication, bool> changed)
    {
        _application = application;
        _kit = kit;
        _changed = changed;
        // The source is disposed while the probe still ends.
        _stopped = _stop.Token;
    }

    /// <summary>Whether it accepts connections.</summary>
    public bool IsUp { get; private set; }

    /// <summary>Probes until disposed.</summary>
    public async Task RunAsync()
    {
        _application.Refused += Look;
        try
        {
            while (!_stopped.IsCancellationRequested)
            {
                await ProbeAsync();
                await PauseAsync(IsUp ? WhileUp : WhileDown);
            }
        }
        catch (OperationCanceledException)
        {
            // No longer watched.
        }
        finally
        {
            _application.Refused -= Look;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private async ValueTask ProbeAsync()
    {
        var isUp = true;
        try
        {
            var connection = await _kit.Dialer.ConnectAsync(_application.Address, Limit, tls: null, _stopped);
            await connection.Stream.DisposeAsync();
            _application.NoteReached();
        }
        catch (UpstreamException)
        {
            isUp = false;
        }

        if (isUp != IsUp)
        {
            IsUp = isUp;
            _changed(_application, isUp);
        }
    }

    private async ValueTask PauseAsync(TimeSpan pause)
    {
        try
        {
            await Volatile.Read(ref _look).Task.WaitAsync(pause, _kit.Time, _stopped);
        }
        catch (TimeoutException)
        {
            // Nobody asked.
        }

        Volatile.Write(ref _look, New());
    }

    // Only news are worth a look: while the app is known to be down every request says so.
    private void Look()
    {
        if (IsUp)
        {
            Volatile.Read(ref _look).TrySetResult();
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
