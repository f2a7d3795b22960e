using Mesh.ControlPlane.Store;

namespace Mesh.ControlPlane.Api;

/// <summary>The audit trail in the state directory: a file that is moved aside when it is full, with the one before it.</summary>
internal sealed partial class AuditFile : IAuditLog, IDisposable
{
    /// <summary>Two files of this size at most; who needs more history ships the log.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    private const string FileName = "audit.jsonl";
    private const string Before = "audit.1.jsonl";

    private readonly StateDirectory _state;
    private readonly ILogger<AuditFile> _logger;
    private FileStream _file;
    private bool _isOver;

    public AuditFile(StateDirectory state, ILogger<AuditFile> logger)
    {
        _state = state;
        _logger = logger;
        _file = state.OpenAppend(FileName);
    }

    /// <inheritdoc />
    public IEnumerable<string> Latest(int count) => File.ReadLines(_state.PathOf(FileName)).TakeLast(count);

    /// <inheritdoc />
    public void Append(ReadOnlySpan<byte> lines)
    {
        if (_file.Length > MaxBytes)
        {
            MoveAside();
        }

        var length = _file.Length;
        try
        {
            _file.Write(lines);
            _file.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            // Half a line would swallow the next one.
            _file.SetLength(length);
            throw;
        }
    }

    /// <inheritdoc />
    public void Dispose() => _file.Dispose();

    // The full file is given up when there is a new one: what reads it, such as a log shipper on Windows, may keep it from being moved.
    private void MoveAside()
    {
        try
        {
            if (File.Exists(_state.PathOf(FileName)))
            {
                File.Move(_state.PathOf(FileName), _state.PathOf(Before), overwrite: true);
            }

            var next = _state.OpenAppend(FileName);
            _file.Dispose();
            (_file, _isOver) = (next, false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!_isOver)
            {
                _isOver = true;
                Log.NotMovedAside(_logger, FileName, Before, e.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2511, LogLevel.Warning, "{File} is full and cannot be moved to {Before}; it grows on until it can: {Reason}", EventName = nameof(NotMovedAside))]
        public static partial void NotMovedAside(ILogger logger, string file, string before, string reason);
    }
}
