using System.Globalization;

namespace Mesh.EndToEnd.Tests.Running;

/// <summary>Ends processes as soon as they appear whose command line names a file.</summary>
internal sealed class RestartHold : IAsyncDisposable
{
    private readonly CancellationTokenSource _enough = new();
    private readonly Task _loop;

    public RestartHold(string file) => _loop = RunAsync(file);

    public async ValueTask DisposeAsync()
    {
        await _enough.CancelAsync();
        await _loop;
        _enough.Dispose();
    }

    private async Task RunAsync(string file)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        try
        {
            while (true)
            {
                foreach (var pid in Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(n => int.TryParse(n, out _)))
                {
                    if (NamesFile($"/proc/{pid}/cmdline", file))
                    {
                        MeshProcess.Kill(int.Parse(pid!, CultureInfo.InvariantCulture));
                    }
                }

                await timer.WaitForNextTickAsync(_enough.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Allowed again.
        }
    }

    private static bool NamesFile(string commandLine, string file)
    {
        try
        {
            return File.ReadAllText(commandLine).Split('\0').Contains(file);
        }
        catch (IOException)
        {
            return false; // ended meanwhile
        }
    }
}
