using Aspire.Hosting;
using Mesh.Hosting.Reading;
using Mesh.Model.Topology;
using Mesh.Testing;

namespace Mesh.Hosting.Tests.Models;

/// <summary>Aspire's external services in the mesh: who says so reaches them through sidecars, who does not is left alone.</summary>
public sealed class ExternalServiceTests
{
    [Fact]
    public async Task WithMeshEgress_WhoReferencesIt_IsGivenItsSidecarWhereverAspireGaveTheAddress()
    {
        await using var app = await PlannedApp.CreateAsync(builder =>
        {
            var stripe = builder.AddExternalService("stripe", "https://api.stripe.test/v1/").WithMeshEgress();
            builder.AddExecutable("orders", "orders", ".", "--at", "https://api.stripe.test/v1/").WithHttpEndpoint().WithReference(stripe).WithEnvironment("PAY_AT", stripe)
                .WithEnvironment("VITE_STRIPE", stripe).WithEnvironment("DOCS", "https://api.stripe.test/v1/docs");
            builder.AddExecutable("other", "other", ".").WithHttpEndpoint().WithEnvironment("STRIPE", "https://api.stripe.test/v1/");
        });

        var orders = await app.EnvironmentAsync("orders");
        var port = app.Running.Plan.Workloads.Single(w => w.Service.Id.Name == "orders").Replicas[0].Listeners["outbound/default/stripe/https"].Split(':')[1];
        var own = $"http://localhost:{port}/v1/";
        Assert.Equal(
            (own, own, own, own, "https://api.stripe.test/v1/", "https://api.stripe.test/v1/docs"),
            (orders["STRIPE"], orders["services__stripe__https__0"], orders["services__stripe__http__0"], orders["PAY_AT"], orders["VITE_STRIPE"], orders["DOCS"]));
        Assert.Equal("https://api.stripe.test/v1/", (await app.EnvironmentAsync("other"))["STRIPE"]);
        Assert.Equal(["MESHED orders → stripe/https (leaves the mesh at orders's sidecar for api.stripe.test:443)"], app.Running.Plan.Edges.Select(e => e.ToString()));
        var external = Assert.Single(app.Running.Plan.ExternalServices);
        Assert.Equal(("https", AppProtocol.Http, "api.stripe.test", 443), (external.Ports[0].Name, external.Ports[0].Protocol, external.Ports[0].Host, external.Ports[0].Port));
        Assert.NotNull(external.Ports[0].Tls);
        Assert.StartsWith("Models/ExternalServiceTests.cs:", external.Origin.Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithMeshEgress_Replicas_HaveEachItsOwnSidecar()
    {
        await using var app = await PlannedApp.CreateAsync(builder =>
            builder.AddProject("orders", "none.csproj", p => p.ExcludeLaunchProfile = true).WithHttpEndpoint().WithReplicas(2).WithReference(builder.AddExternalService("search", "http://search.test:9200").WithMeshEgress()));

        Assert.Contains("{{", (await app.EnvironmentAsync("orders"))["SEARCH"], StringComparison.Ordinal);
        Assert.Null(app.Running.Plan.ExternalServices.Single().Ports[0].Tls);
        Assert.Equal(9200, app.Running.Plan.ExternalServices.Single().Ports[0].Port);
    }

    [Fact]
    public async Task WithMeshEgress_Files_AreThoseBesideTheAppHost()
    {
        await using var app = await PlannedApp.CreateAsync(builder => builder.AddExternalService("bank", "https://bank.test").WithMeshEgress(e =>
            (e.Protocol, e.ServerName, e.CaFile, e.CertificateFile, e.KeyFile, e.CertificateSecret) = (MeshProtocol.Grpc, "ledger.bank.test", "ca.pem", "client.pem", "client.key", "bank-client")));

        var port = app.Running.Plan.ExternalServices.Single().Ports[0];
        Assert.Equal((AppProtocol.Grpc, "ledger.bank.test", true, null), (port.Protocol, port.Tls!.ServerName, Path.IsPathFullyQualified(port.Tls.CaFile!), port.Tls.CertificateSecret));
        Assert.Equal(["ca.pem", "client.pem", "client.key"], new[] { port.Tls.CaFile, port.Tls.CertificateFile, port.Tls.KeyFile }.Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("https://a.test", "CertificateFile", false, "a client certificate is two files, and KeyFile is missing")]
    [InlineData("http://a.test", "ServerName", false, "it has settings of TLS, and its URL is http")]
    [InlineData("https://a.test", "Https", false, "its Protocol is Https, but apps speak plainly")]
    [InlineData("https://a.test", "Cidrs", false, "'10.0.0.1' in Cidrs is no network")]
    [InlineData("https://a.test", "CaFile", true, "its CaFile is on this machine, and nothing of it is published: say CaSecret as well")]
    [InlineData("https://a.test", "CaFile", false, null)]
    public void Mistakes_OfTheCall_AreSaidWithTheirCure(string url, string what, bool isPublished, string? expected)
    {
        var builder = DistributedApplication.CreateBuilder();
        var service = builder.AddExternalService("a", url).WithMeshEgress(e => _ = what switch
        {
            "CertificateFile" => e.CertificateFile = "a.pem",
            "ServerName" => e.ServerName = "b",
            "CaFile" => e.CaFile = "ca.pem",
            "Https" => (e.Protocol = MeshProtocol.Https).ToString(),
            _ => (e.Cidrs = ["10.0.0.1"])[0],
        });

        var mistakes = ExternalServices.Mistakes(service.Resource, isPublished).ToList();

        Assert.Equal(expected is null ? [] : [$"MESH022: WithMeshEgress of 'a': {expected}"], mistakes.Select(m => m[..Math.Min(m.Length, $"MESH022: WithMeshEgress of 'a': {expected}".Length)]));
    }

    [Fact]
    public void Mistakes_UrlOfAParameter_SaysWhatToWrite()
    {
        var builder = DistributedApplication.CreateBuilder();

        var service = builder.AddExternalService("a", builder.AddParameter("url")).WithMeshEgress();

        Assert.StartsWith("MESH022: WithMeshEgress of 'a': its URL is a parameter", Assert.Single(ExternalServices.Mistakes(service.Resource, isPublished: false)), StringComparison.Ordinal);
    }

    [Fact]
    public void Export_ForOtherLanguages_SaysTheSame()
    {
        var builder = DistributedApplication.CreateBuilder();

        var plain = builder.AddExternalService("a", "https://a.test").WithMeshEgressExport();
        var set = builder.AddExternalService("b", "https://b.test").WithMeshEgressExport(new MeshEgress { ServerName = "c.test", Protocol = MeshProtocol.Http2 });

        Assert.Equal(MeshProtocol.Http, ExternalServices.Egress(plain.Resource)!.Egress.Protocol);
        Assert.Equal(("c.test", MeshProtocol.Http2), (ExternalServices.Egress(set.Resource)!.Egress.ServerName, ExternalServices.Egress(set.Resource)!.Egress.Protocol));
        Assert.Null(ExternalServices.Egress(builder.AddExternalService("c", "https://c.test").Resource));
    }

    [Fact]
    public void Docs_Example_IsTheCodeThatIsCompiled()
    {
        var source = File.ReadAllText(Checkout.PathTo("tests", "Mesh.Hosting.Tests", "Models", "ExternalServiceTests.cs"));
        const string from = "// <egress>\n";
        var marked = source[(source.LastIndexOf(from, StringComparison.Ordinal) + from.Length)..source.LastIndexOf("        // </egress>", StringComparison.Ordinal)];

        Assert.Contains($"```csharp\n{marked.Replace("\n        ", "\n", StringComparison.Ordinal).TrimStart()}```", File.ReadAllText(Checkout.PathTo("docs", "aspire.md")), StringComparison.Ordinal);
        Documented(DistributedApplication.CreateBuilder());
    }

    private static void Documented(IDistributedApplicationBuilder builder)
    {
        var orders = builder.AddExecutable("orders", "orders", ".").WithHttpEndpoint();

        // <egress>
        var stripe = builder.AddExternalService("stripe", "https://api.stripe.com").WithMeshEgress();
        var bank = builder.AddExternalService("bank", "https://ledger.bank.example").WithMeshEgress(e =>
        {
            e.CaFile = "certificates/bank-ca.pem";
            e.CertificateFile = "certificates/client.pem";
            e.KeyFile = "certificates/client.key";
            e.CaSecret = "bank-ca"; // what stands for the files in a cluster
            e.CertificateSecret = "bank-client";
            e.Cidrs = ["203.0.113.0/24"];
        });
        orders.WithReference(stripe).WithReference(bank);
        // </egress>
    }
}
