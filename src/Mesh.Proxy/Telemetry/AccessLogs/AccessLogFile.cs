using System.Text;
using System.Threading.Channels;

namespace Mesh.Proxy.Telemetry.AccessLogs;

/// <summary>Adds lines to a file from one task of its own, so that a slow disk stalls no request. What does not fit into the queue is dropped and counted.</summary>
internal sealed partial class AccessLogFile : IAsyncDisposable
{
    private const int Capacity = 8192;

    private readonly Channel<string> _lines = Channel.CreateBounded<string>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly string _path;
    private readonly ProxyMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Task _pump;
    private FileStream? _file;
    private volatile bool _isMoved;
    private bool _isBroken;

    public AccessLogFile(string path, ProxyMetrics metrics, ILogger logger)
    {
        (_path, _metrics, _logger) = (path, metrics, logger);
        _pump = Task.Run(PumpAsync);
    }

    /// <summary>Queues a line.</summary>
    public void Write(string line)
    {
        if (!_lines.Writer.TryWrite(line))
        {
            _metrics.AccessLogDropped(1);
        }
    }

    /// <summary>Opens the file anew before the next line.</summary>
    public void Reopen() => _isMoved = true;

    /// <summary>Writes what is queued and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await _pump;
    }

    private async Task PumpAsync()
    {
        while (await _lines.Reader.WaitToReadAsync())
        {
            var batch = new StringBuilder();
            var count = 0;
            while (count < Capacity && _lines.Reader.TryRead(out var line))
            {
                batch.Append(line);
                count++;
            }

            await WriteAsync(batch.ToString(), count);
        }

        await CloseAsync();
    }

    private async Task WriteAsync(string lines, int count)
    {
        try
        {
            if (_isMoved)
            {
                _isMoved = false;
                await CloseAsync();
            }

            _file ??= new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, useAsync: true);
            await _file.WriteAsync(Encoding.UTF8.GetBytes(lines));
            _isBroken = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            _metrics.AccessLogDropped(count);
            await CloseAsync();
            if (!_isBroken)
            {
                _isBroken = true;
                Log.NotWritten(_logger, _path, e.Message);
            }
        }
    }

    private async ValueTask CloseAsync()
    {
        if (_file is { } file)
        {
            _file = null;
            await file.DisposeAsync();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3820, LogLevel.Warning, "The access log '{Path}' cannot be written: {Reason}. Lines are dropped and counted until it can.", EventName = nameof(NotWritten))]
        public static partial void NotWritten(ILogger logger, string path, string reason);
    }
}
