using System.Globalization;
using System.Text;
using System.Threading.Channels;

namespace Mesh.Proxy.Telemetry;

/// <summary>
/// Writes log lines from one task of its own, so that a full pipe behind stdout stalls no request. What does not fit into the queue is dropped and counted.
/// </summary>
internal sealed class LogWriter : IAsyncDisposable
{
    private readonly Channel<string> _lines;
    private readonly Stream _output;
    private readonly Task _pump;
    private long _dropped;

    /// <summary>Starts writing.</summary>
    /// <param name="output">Where to; stays open.</param>
    /// <param name="capacity">Lines that may wait. Default: 4096.</param>
    public LogWriter(Stream output, int capacity = 4096)
    {
        _output = output;
        _lines = Channel.CreateBounded<string>(new BoundedChannelOptions(capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        _pump = Task.Run(PumpAsync);
    }

    /// <summary>Queues a line.</summary>
    public void Write(string line)
    {
        if (!_lines.Writer.TryWrite(line))
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    /// <summary>Writes what is queued and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await _pump;
    }

    private async Task PumpAsync()
    {
        try
        {
            while (await _lines.Reader.WaitToReadAsync())
            {
                while (_lines.Reader.TryRead(out var line))
                {
                    await _output.WriteAsync(Encoding.UTF8.GetBytes(line));
                }

                if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped)
                {
                    var note = string.Create(CultureInfo.InvariantCulture, $"({dropped} log lines were dropped: whatever reads them is too slow)\n");
                    await _output.WriteAsync(Encoding.UTF8.GetBytes(note));
                }

                await _output.FlushAsync();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Nobody reads any more (the parent is gone): there is no place left to say so, and a proxy must not die of its log.
            _lines.Writer.TryComplete();
        }
    }
}
