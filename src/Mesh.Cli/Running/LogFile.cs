namespace Mesh.Cli.Running;

/// <summary>What a process said since it was started last; readable by the user only.</summary>
internal sealed class LogFile : IDisposable
{
    /// <summary>A runaway process must not fill the disk: 50 MB, and no more is kept.</summary>
    private const long MaxBytes = 50_000_000;

    private readonly Lock _gate = new();
    private readonly StreamWriter _writer;
    private bool _closed;

    public LogFile(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        _writer = new StreamWriter(path, options) { AutoFlush = true };
    }

    public void Write(string line)
    {
        lock (_gate)
        {
            if (!_closed && _writer.BaseStream.Position < MaxBytes)
            {
                _writer.WriteLine(line);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            _writer.Dispose();
        }
    }
}
