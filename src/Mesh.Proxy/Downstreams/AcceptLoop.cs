using System.Net.Sockets;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Downstreams;

/// <summary>Takes the connections of one listening socket, whatever becomes of one of them.</summary>
/// <param name="name">The listener's resource name.</param>
/// <param name="accept">Waits for the next connection.</param>
/// <param name="accepted">Takes it; does not throw.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">For what fails.</param>
internal sealed partial class AcceptLoop(string name, Func<Task<Socket>> accept, Func<Socket, Task> accepted, TimeProvider time, ILogger logger)
{
    /// <summary>How long it waits before it tries again when nothing can be accepted. Default: 100 ms: descriptors come back as connections end, and those who wait are in the backlog.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private long _saidAt;
    private int _unsaid;

    /// <summary>Accepts until the socket is closed.</summary>
    public async Task RunAsync()
    {
        for (var failures = 0; ;)
        {
            try
            {
                var connection = await accept();
                failures = 0;
                connection.NoDelay = true;
                TcpLiveness.Watch(connection);
                // Off the accept loop: with inline completions a handshake would hold the next connection up.
                ThreadPool.UnsafeQueueUserWorkItem(static state => _ = state.Accepted(state.Connection), (Accepted: accepted, Connection: connection), preferLocal: false);
            }
            catch (Exception e) when (e is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return;
            }
            catch (SocketException e)
            {
                Note(e);
                // One may be a connection that died in the queue. More in a row are what fails at once, again and again: no descriptors left, or no memory.
                if (++failures > 1)
                {
                    await Task.Delay(Pause, time);
                }
            }
        }
    }

    // Whatever fails ten times a second must not fill the log.
    private void Note(SocketException error)
    {
        _unsaid++;
        var now = time.GetTimestamp();
        if (_saidAt == 0 || time.GetElapsedTime(_saidAt, now) >= Silence)
        {
            Log.AcceptFailed(logger, name, _unsaid, error.Message);
            (_saidAt, _unsaid) = (now, 0);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3560, LogLevel.Warning, "{Listener} could not accept a connection, {Count} times since this was said last: {Reason}. It is tried again; where descriptors ran out, raise the limit of open files.", EventName = nameof(AcceptFailed))]
        public static partial void AcceptFailed(ILogger logger, string listener, int count, string reason);
    }
}
