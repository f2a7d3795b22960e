using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Mesh.Testing.Kubernetes;

/// <summary>
/// A real kube-apiserver with its etcd, as controller-runtime's envtest starts them, from the folder that <c>KUBEBUILDER_ASSETS</c> names. There are no nodes and no controllers: pods are
/// objects that nobody runs.
/// </summary>
public sealed class RealKubernetes : IAsyncDisposable
{
    private const string Admin = "admin-0123456789abcdef0123456789abcdef";

    private readonly List<Process> _processes = [];
    private readonly TemporaryFolder _folder = new();

    private RealKubernetes(Uri address) => Address = address;

    /// <summary>Its URL.</summary>
    public Uri Address { get; }

    /// <summary>A token that may do anything.</summary>
    public string TokenFile => Path.Combine(_folder.Path, "token");

    /// <summary>Roots of its certificate.</summary>
    public string RootsFile => Path.Combine(_folder.Path, "certs", "apiserver.crt");

    /// <summary>The folder with the programs; <see langword="null"/>: none is named, or they are not in it.</summary>
    public static string? Programs => Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS") is { Length: > 0 } folder
        && File.Exists(Path.Combine(folder, "kube-apiserver"))
        && File.Exists(Path.Combine(folder, "etcd"))
            ? folder
            : null;

    /// <summary>Starts them and waits until the API server is ready.</summary>
    /// <exception cref="TimeoutException">It was not within a minute and a half.</exception>
    public static async Task<RealKubernetes> StartAsync(string programs, CancellationToken cancellationToken)
    {
        var (client, peer, api) = (FreePort(), FreePort(), FreePort());
        var server = new RealKubernetes(new Uri($"https://127.0.0.1:{api}"));
        try
        {
            var folder = server._folder.Path;
            await File.WriteAllTextAsync(server.TokenFile, Admin, cancellationToken);
            await File.WriteAllTextAsync(Path.Combine(folder, "tokens.csv"), $"{Admin},admin,1,\"system:masters\"\n", cancellationToken);
            using (var key = RSA.Create(2048))
            {
                await File.WriteAllTextAsync(Path.Combine(folder, "accounts.key"), key.ExportRSAPrivateKeyPem(), cancellationToken);
            }

            server.Run(Path.Combine(programs, "etcd"), [
                "--data-dir", Path.Combine(folder, "etcd"),
                "--listen-client-urls", $"http://127.0.0.1:{client}",
                "--advertise-client-urls", $"http://127.0.0.1:{client}",
                "--listen-peer-urls", $"http://127.0.0.1:{peer}",
                "--initial-advertise-peer-urls", $"http://127.0.0.1:{peer}",
                "--initial-cluster", $"default=http://127.0.0.1:{peer}",
                "--unsafe-no-fsync",
            ]);
            server.Run(Path.Combine(programs, "kube-apiserver"), [
                "--etcd-servers", $"http://127.0.0.1:{client}",
                "--bind-address", "127.0.0.1",
                "--advertise-address", "127.0.0.1",
                "--secure-port", $"{api}",
                "--cert-dir", Path.Combine(folder, "certs"),
                "--token-auth-file", Path.Combine(folder, "tokens.csv"),
                "--authorization-mode", "RBAC",
                "--service-account-issuer", "https://kubernetes.default.svc",
                "--service-account-key-file", Path.Combine(folder, "accounts.key"),
                "--service-account-signing-key-file", Path.Combine(folder, "accounts.key"),
                "--service-cluster-ip-range", "10.0.0.0/24",

                // Nobody makes ServiceAccounts here but the tests.
                "--disable-admission-plugins", "ServiceAccount",
            ]);
            await server.ReadyAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(_processes))
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _folder.Dispose();
    }

    private async Task ReadyAsync(CancellationToken cancellationToken)
    {
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true };
        using var http = new HttpClient(handler) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(5) };
        http.DefaultRequestHeaders.Authorization = new("Bearer", Admin);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync("/readyz", cancellationToken);
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // Not yet.
            }

            if (limit.IsCancellationRequested || _processes.Exists(p => p.HasExited))
            {
                throw new TimeoutException("kube-apiserver did not become ready within 90 s, or it or etcd ended.");
            }

            await Task.Delay(250, cancellationToken);
        }
    }

    private void Run(string program, string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _processes.Add(process);

        // Read and thrown away: a full pipe would stop the process.
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
