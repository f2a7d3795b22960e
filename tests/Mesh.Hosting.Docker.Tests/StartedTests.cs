using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using Aspire.Hosting;
using Mesh.Hosting.Docker.Tests.Compose;
using Mesh.Hosting.Docker.Tests.Running;
using Mesh.Hosting.Kubernetes.Tests.Charts;
using Mesh.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Mesh.Hosting.Docker.Tests;

/// <summary>What is published, started: there is no container engine here, so control plane and sidecars are plain processes with the files that Compose would mount.</summary>
[Collection(nameof(PublishedChart))]
public sealed class StartedTests
{
    [Fact]
    public async Task PublishedMesh_Started_CarriesACallOverMutualTls_AndNobodyElse()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has all of 127.0.0.0/8: each address stands for the network of one container.");
        using var output = await PublishedChart.CreateAsync(Compose);
        await using var started = await StartedProject.StartAsync(output);
        var compose = ComposeProject.Of(output);
        await using var orders = await ServeAsync($"{started.Address("orders")}:18080", context => context.Response.WriteAsync($"order for {context.Request.Path}", TestContext.Current.CancellationToken));

        // The address is the one in the caller's environment.
        var address = new Uri(compose["storefront"].Environment["ORDERS_HTTP"].Replace("127.0.0.1", started.Address("storefront"), StringComparison.Ordinal));
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var answer = await Eventually.GetAsync(
            async () =>
            {
                using var response = await client.GetAsync(new Uri(address, "/7"), TestContext.Current.CancellationToken);
                return (response.StatusCode, Body: await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            },
            a => a.StatusCode == HttpStatusCode.OK,
            TimeSpan.FromSeconds(30),
            a => $"{a}\n{started.Said}");

        Assert.Equal("order for /7", answer.Body);
        Assert.Equal("spiffe://two.example/ns/default/sa/orders", await IdentityAsync(started, "orders"));
        await Assert.ThrowsAnyAsync<Exception>(() => client.GetAsync(new Uri($"http://{started.Door("orders")}/"), TestContext.Current.CancellationToken));

        // In plain text nobody gets further than a rule for anyone lets him.
        Assert.Equal("200 order for /plain", await PlainAsync(client, started, "/plain"));
        Assert.StartsWith("403 permission_denied; hop=orders; policy=Tls default/orders", await PlainAsync(client, started, "/7"), StringComparison.Ordinal);

        // A sidecar that dies comes back in the same container, or its app would stay in a network that ended.
        var before = started.Proxy("orders-mesh");
        using (var kill = Process.Start("kill", ["-9", before.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await Eventually.GetAsync(
            async () =>
            {
                try
                {
                    using var response = await client.GetAsync(new Uri(address, "/8"), TestContext.Current.CancellationToken);
                    return (response.StatusCode, Another: started.Proxy("orders-mesh") != before);
                }
                catch (InvalidOperationException)
                {
                    return (HttpStatusCode.OK, Another: false); // between two of them
                }
            },
            a => a is (HttpStatusCode.OK, true),
            TimeSpan.FromSeconds(60),
            a => $"{a}\n{started.Said}");
    }

    private static void Compose(IDistributedApplicationBuilder builder)
    {
        var mesh = builder.AddMesh("mesh", o => o.TrustDomain = "two.example");
        builder.AddDockerComposeEnvironment("compose").WithDashboard(false);
        var orders = builder.AddProject("orders", "none.csproj", p => p.ExcludeLaunchProfile = true).WithHttpEndpoint();
        builder.AddProject("storefront", "none.csproj", p => p.ExcludeLaunchProfile = true).WithHttpEndpoint(port: 5400).WithExternalHttpEndpoints().WithReference(orders);

        // For containers that are not in the mesh, at the port that they know.
        orders.WithMeshTls(t => t.Mode = MeshTlsMode.Permissive);
        mesh.Allow(MeshIdentity.Anyone, orders, r => r.PathPrefixes = ["/plain"]);
    }

    private static async Task<string> PlainAsync(HttpClient client, StartedProject started, string path)
    {
        using var response = await client.GetAsync(new Uri($"http://{started.Address("orders")}:8080{path}"), TestContext.Current.CancellationToken);
        var said = response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken) : response.Headers.GetValues("mesh-error").Single();
        return $"{(int)response.StatusCode} {said}";
    }

    private static async Task<WebApplication> ServeAsync(string address, RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel(k => k.Listen(IPEndPoint.Parse(address)));
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    // Whom the mesh door shows itself as to a stranger, who gets no further.
    private static async Task<string?> IdentityAsync(StartedProject started, string service)
    {
        string? identity = null;
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPEndPoint.Parse(started.Door(service)), TestContext.Current.CancellationToken);
        await using var tls = new SslStream(socket.GetStream());
        await Record.ExceptionAsync(async () =>
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = $"http.{service}.default",
                    ApplicationProtocols = [SslApplicationProtocol.Http2],
                    RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    {
                        using var shown = new X509Certificate2(certificate!);
                        var name = Regex.Match(Encoding.Latin1.GetString(shown.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().RawData), "spiffe://[!-~]+");
                        identity = name.Value;
                        return name.Success;
                    },
                },
                TestContext.Current.CancellationToken);
            Assert.Equal(0, await tls.ReadAsync(new byte[1], TestContext.Current.CancellationToken));
        });
        return identity;
    }
}
