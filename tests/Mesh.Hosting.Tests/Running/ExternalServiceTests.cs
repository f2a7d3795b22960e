using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Aspire.Hosting;
using Mesh.Testing.Identity;

namespace Mesh.Hosting.Tests.Running;

/// <summary>An external service, called through the caller's sidecar.</summary>
[Collection(StartsApps.Name)]
public sealed class ExternalServiceTests
{
    [Fact]
    public async Task WithMeshEgress_AHostOfItsOwnRoots_IsReachedOverTlsThatTheSidecarBegins()
    {
        using var certificate = new LocalhostCertificate();
        using var host = new TlsHost(certificate);
        await using var app = await MeshedApp.StartAsync(builder =>
        {
            builder.AddMesh();
            var bank = builder.AddExternalService("bank", $"https://localhost:{host.Port}").WithMeshEgress(e => e.CaFile = certificate.CertificateFile);
            MeshedApp.AddTestApp(builder, "orders").WithReference(bank);
        });
        await app.HealthyAsync("orders");

        var bank = (await app.EnvironmentOfAsync("orders"))["BANK"];
        var answer = await app.CallAsync("orders", bank);

        Assert.StartsWith("http://localhost:", bank, StringComparison.Ordinal);
        Assert.True(answer.Status == 200, $"{answer}\n{app.Output}");
        Assert.Contains($"Host: localhost:{host.Port}", await host.Asked.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Answers each connection once, over TLS.</summary>
    private sealed class TlsHost : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly TaskCompletionSource<string> _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly CancellationTokenSource _stop = new();

        public TlsHost(LocalhostCertificate certificate)
        {
            _listener.Start();
            _ = RunAsync(certificate);
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        /// <summary>The head of the first request.</summary>
        public Task<string> Asked => _asked.Task;

        public void Dispose()
        {
            _stop.Cancel();
            _listener.Dispose();
            _stop.Dispose();
        }

        private async Task RunAsync(LocalhostCertificate certificate)
        {
            while (!_stop.IsCancellationRequested)
            {
                try
                {
                    using var socket = await _listener.AcceptTcpClientAsync(_stop.Token);
                    await using var tls = new SslStream(socket.GetStream());
                    await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate.Certificate }, _stop.Token);
                    var head = new StringBuilder();
                    var buffer = new byte[4096];
                    while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal) && await tls.ReadAsync(buffer, _stop.Token) is > 0 and var read)
                    {
                        head.Append(Encoding.Latin1.GetString(buffer, 0, read));
                    }

                    _asked.TrySetResult(head.ToString());
                    await tls.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"u8.ToArray(), _stop.Token);
                }
                catch (Exception e) when (e is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException or ObjectDisposedException)
                {
                    // One that does not want to speak, or the test is over.
                }
            }
        }
    }
}
