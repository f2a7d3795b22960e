namespace Mesh.Cli.Running;

/// <summary>Tells that a file has other content than before. Editors write in many ways: in place, by rename, in several steps.</summary>
internal sealed class AppFileWatcher : IDisposable
{
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(100);

    private readonly string _file;
    private readonly TimeProvider _clock;
    private readonly FileSystemWatcher _watcher;
    private readonly SemaphoreSlim _touched = new(0);
    private string _content;

    public AppFileWatcher(string file, TimeProvider clock)
    {
        (_file, _clock, _content) = (file, clock, Content(file) ?? "");
        _watcher = new FileSystemWatcher(Path.GetDirectoryName(file)!, Path.GetFileName(file)) { NotifyFilter = NotifyFilters.LastWrite | NotifyFilters.FileName | NotifyFilters.Size };
        _watcher.Changed += (_, _) => _touched.Release();
        _watcher.Created += (_, _) => _touched.Release();
        _watcher.Renamed += (_, _) => _touched.Release();
        _watcher.EnableRaisingEvents = true;
    }

    /// <summary>Waits for other content.</summary>
    /// <returns><see langword="false"/> when it was cancelled.</returns>
    public async Task<bool> ChangedAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await _touched.WaitAsync(cancellation);
                await Task.Delay(Settle, _clock, cancellation);
                while (_touched.Wait(0, CancellationToken.None))
                {
                }

                if (Content(_file) is { Length: > 0 } content && content != _content)
                {
                    _content = content;
                    return true;
                }
            }
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _watcher.Dispose();
        _touched.Dispose();
    }

    private static string? Content(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return null; // Between removal and rename; the rename tells us again.
        }
    }
}
