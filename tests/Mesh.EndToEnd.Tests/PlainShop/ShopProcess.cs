using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Mesh.EndToEnd.Tests.Running;

namespace Mesh.EndToEnd.Tests.PlainShop;

/// <summary>One service of the Shop, started as a person would in a shell.</summary>
internal sealed class ShopProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private ShopProcess(Process process, int port)
    {
        _process = process;
        Port = port;
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Port { get; }

    public Uri Url => new($"http://127.0.0.1:{Port}");

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public static string Playground { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "playground", "Shop"));

    public static ShopProcess Start(string directory, string program, string[] arguments, params (string Name, string Value)[] environment)
    {
        var port = int.Parse(OwnPorts.Next(), CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PORT"] = $"{port}";
        start.Environment.Remove("ASPNETCORE_URLS");
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new(Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start."), port);
    }

    public static ShopProcess StartProject(string directory, string project, params (string Name, string Value)[] environment)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        var assembly = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", project, configuration, $"{project}.dll"));
        return Start(directory, "dotnet", ["exec", assembly], environment);
    }

    /// <returns>The exit code; <see langword="null"/>: it listens.</returns>
    public async Task<int?> ListensAsync()
    {
        var listens = await Eventually.GetAsync(ConnectsAsync, yes => yes || _process.HasExited, Patience, _ => Output);
        return listens ? null : _process.ExitCode;
    }

    public async Task HealthyAsync(HttpClient http)
    {
        Assert.Null(await ListensAsync());
        await Eventually.GetAsync(
            async () =>
            {
                using var answer = await http.GetAsync(new Uri(Url, "/health"), TestContext.Current.CancellationToken).WaitAsync(Patience);
                return answer.StatusCode;
            },
            status => status == HttpStatusCode.OK,
            Patience,
            status => $"{status}\n{Output}");
    }

    /// <summary>Asks it to stop, as a terminal or a supervisor would.</summary>
    public async Task<int> StopAsync()
    {
        if (!_process.HasExited)
        {
            using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
            await kill.WaitForExitAsync().WaitAsync(Patience);
        }

        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
    }

    private async Task<bool> ConnectsAsync()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, Port, TestContext.Current.CancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
        {
            _output.AppendLine(line.Data);
        }
    }
}
