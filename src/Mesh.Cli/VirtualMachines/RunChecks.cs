using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Mesh.Cli.Installation;
using Mesh.Cli.Processes;
using Mesh.Model.Bootstrap;

namespace Mesh.Cli.VirtualMachines;

/// <summary>What would keep the sidecar or its app from running is said before either is started, all at once and with the cure.</summary>
/// <param name="proxy">The proxy, which knows best what is wrong with a start-up file.</param>
/// <param name="clock">For what is over.</param>
internal sealed class RunChecks(InstalledProgram proxy, TimeProvider clock)
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(5);

    private readonly List<string> _wrong = [];
    private int _exitCode = ExitCode.Unavailable;

    /// <summary>Checks.</summary>
    /// <returns>The start-up file.</returns>
    /// <exception cref="CliException">With all that is wrong.</exception>
    public async Task<SidecarBootstrap> ThrowAsync(RunOptions options, CancellationToken cancellation)
    {
        if (ProgramSearch.Find(options.Command[0], options.Directory) is null)
        {
            Fault(ExitCode.Unavailable, ProgramSearch.WhyNot(options.Command[0], options.Directory));
        }

        var bootstrap = Read(options.Bootstrap);
        if (bootstrap is not null)
        {
            await CheckFileAsync(options.Bootstrap, cancellation);
            if (bootstrap.Admin?.Token is null)
            {
                Fault(ExitCode.Usage, $"{options.Bootstrap}: admin: has no address and token, through which the sidecar is asked to drain; 'mesh token SERVICE --out FILE' writes both");
            }

            // With a certificate that still lives the sidecar works from what it kept; the control plane may come later.
            if (!HasLiveCertificate(bootstrap.StateDirectory))
            {
                CheckToken(options.Bootstrap, bootstrap);
                await CheckControlPlaneAsync(options.Bootstrap, bootstrap.ControlPlane, cancellation);
            }
        }

        return _wrong.Count > 0 ? throw new CliException(_exitCode, $"nothing was started:\n{string.Join('\n', _wrong)}") : bootstrap!;
    }

    private SidecarBootstrap? Read(string path)
    {
        try
        {
            // What is no start-up file at all is the proxy's to explain; here its members are needed.
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), BootstrapJson.Default.SidecarBootstrap) ?? throw new JsonException("holds null.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fault(ExitCode.NoInput, $"--bootstrap={path} ({e.Message} 'mesh token SERVICE --out FILE' makes one where the control plane is; copy it here)");
        }
        catch (JsonException e)
        {
            Fault(ExitCode.Usage, $"{path}: line {e.LineNumber + 1}: {e.Message}");
        }

        return null;
    }

    private async Task CheckFileAsync(string path, CancellationToken cancellation)
    {
        var child = ChildProcess.Start(
            new ChildStart { Program = proxy.Program, Arguments = [.. proxy.Arguments, "check", "--bootstrap", path], WorkingDirectory = Path.GetTempPath(), Environment = proxy.Environment },
            (_, _) => { },
            clock);
        if (await child.Exited.WaitAsync(cancellation) != 0)
        {
            foreach (var line in child.LastLines)
            {
                Fault(ExitCode.Usage, line);
            }
        }
    }

    private void CheckToken(string path, SidecarBootstrap bootstrap)
    {
        if (bootstrap.Token is not { } text || TokenClaims.Read(text) is not { } claims)
        {
            return; // A token in a file of its own, or one of another issuer: the control plane judges.
        }

        if (claims.ExpiresAt <= clock.GetUtcNow())
        {
            Fault(ExitCode.NoPermission, string.Create(CultureInfo.InvariantCulture, $"{path}: token: expired {claims.ExpiresAt.UtcDateTime:u}; issue a new file with 'mesh token {bootstrap.Service} --out FILE …'"));
        }

        if (!claims.SpiffeId.EndsWith($"/ns/{bootstrap.Service.Replace("/", "/sa/", StringComparison.Ordinal)}", StringComparison.Ordinal))
        {
            Fault(ExitCode.NoPermission, $"{path}: token: is for {claims.SpiffeId}, not for {bootstrap.Service}; issue one with 'mesh token {bootstrap.Service} --out FILE …'");
        }
    }

    private async Task CheckControlPlaneAsync(string path, string? controlPlane, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(controlPlane, UriKind.Absolute, out var url))
        {
            return; // None, or the proxy has said what is wrong with it.
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(AnswerWithin);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(url.DnsSafeHost, url.Port, limit.Token);
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            var reason = e is SocketException ? e.Message : string.Create(CultureInfo.InvariantCulture, $"no answer within {AnswerWithin.TotalSeconds:0} s");
            Fault(ExitCode.Unavailable, $"{path}: controlPlane: {controlPlane} cannot be reached: {reason}; start it, let it listen on that address (grpcAddress in its settings), or open the port on the way");
        }
    }

    private bool HasLiveCertificate(string stateDirectory)
    {
        try
        {
            var pem = File.ReadAllText(Path.Combine(stateDirectory, "svid.pem"));
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(pem);
            return chain.Count > 0 && chain[0].NotAfter.ToUniversalTime() > clock.GetUtcNow().UtcDateTime;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return false;
        }
    }

    // The first fault that is not the network's decides: that is the one that no restart cures.
    private void Fault(int exitCode, string text)
    {
        if (_exitCode == ExitCode.Unavailable)
        {
            _exitCode = exitCode;
        }

        _wrong.Add(text);
    }
}
