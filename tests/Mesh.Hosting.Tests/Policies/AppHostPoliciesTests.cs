using System.Globalization;
using System.Runtime.CompilerServices;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Policies;
using Mesh.Laptop.Files;
using Mesh.Model.Serialization;
using Mesh.Testing;
using Mesh.Yaml;

namespace Mesh.Hosting.Tests.Policies;

public sealed class AppHostPoliciesTests
{
    [Fact]
    public void Make_SeveralCallsForTheSameServices_EachEntryKeepsItsLine()
    {
        var app = new ShopApp();
        var first = Line() + 1;
        app.Storefront.WithMeshTimeout(app.Orders, t => t.Request = TimeSpan.FromSeconds(2));
        app.Storefront.WithMeshTimeout(app.Orders, t => t.Request = TimeSpan.FromSeconds(4));
        app.Mesh.Allow(app.Storefront, app.Orders);

        var policies = app.Make().Policies;

        Assert.Equal(
            [(".", At(first)), ("spec.to[0]", At(first)), ("spec.to[1]", At(first + 1))],
            policies.Single(p => p.Kind == "Timeout").Metadata.DeclaredAt.Select(p => (p.Key, p.Value)));
        Assert.Equal([(".", At(first + 2)), ("spec.rules[0]", At(first + 2))], policies.Single(p => p.Kind == "TrafficPermission").Metadata.DeclaredAt.Select(p => (p.Key, p.Value)));

        static string At(int line) => string.Create(CultureInfo.InvariantCulture, $"Policies/AppHostPoliciesTests.cs:{line}");
    }

    [Fact]
    public void Make_NamesThatCouldBeTwoPairs_StayTwoPolicies()
    {
        var app = new ShopApp();
        var odd = app.Builder.AddExecutable("storefront-to-orders", "x", ".").WithHttpEndpoint();
        app.Storefront.WithMeshTimeout(app.Orders, t => t.Request = TimeSpan.FromSeconds(2));
        odd.WithMeshTimeout(t => t.Request = TimeSpan.FromSeconds(3));
        odd.WithMeshTimeout(t => t.Request = TimeSpan.FromSeconds(4));

        var policies = app.Make().Policies;

        Assert.Equal(["storefront-to-orders", "storefront-to-orders-2"], policies.Select(p => p.Metadata.Name));
        Assert.Equal(["default/storefront-to-orders", "default/storefront-to-orders-2"], policies.Select(p => p.Origin.Name));
        Assert.Equal(3, policies[1].Metadata.DeclaredAt.Count);
    }

    [Fact]
    public void Make_LongNames_FitALabelAndStayDistinct()
    {
        var app = new ShopApp();
        var services = new[] { "a", "b" }.Select(end => app.Builder.AddExecutable($"{new string('s', 59)}{end}", "x", ".").WithHttpEndpoint()).ToList();
        foreach (var service in services)
        {
            app.Storefront.WithMeshRetry(service, r => r.Http.NumRetries = 1);
        }

        var (policies, errors) = app.Make();

        Assert.Empty(errors);
        Assert.Equal(2, policies.Length);
    }

    [Fact]
    public void Make_ChildOfAProcess_MeansTheProcess()
    {
        var app = new ShopApp();
        var database = app.Builder.AddResource(new Database("shop", app.Postgres.Resource));
        app.Orders.WithMeshTimeout(database, t => t.Idle = TimeSpan.FromMinutes(1));

        Assert.Equal("orders-to-postgres", Assert.Single(app.Make().Policies).Metadata.Name);
    }

    [Fact]
    public void Write_Policies_OneFileEach_OriginsSurviveAndStaleFilesGo()
    {
        using var folder = new TemporaryFolder();
        folder.File("timeout.default.gone.json", "{}");
        var app = new ShopApp();
        var line = Line() + 1;
        app.Storefront.WithMeshTimeout(app.Orders, t => t.Request = TimeSpan.FromSeconds(2));
        app.Payments.WithMeshLoadBalancing(b => b.Type = MeshBalancing.Random);

        DocumentFolder.Write(folder.Path, app.Make().Policies);

        Assert.Equal(
            ["loadbalancing.money.pay.json", "timeout.default.storefront-to-orders.json"],
            Directory.EnumerateFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var file = Path.Combine(folder.Path, "timeout.default.storefront-to-orders.json");
        var read = ResourceReader.Read(Assert.Single(DocumentReader.Read(File.ReadAllText(file), "timeout.json").Documents)).Resource!;
        var place = string.Create(CultureInfo.InvariantCulture, $"Policies/AppHostPoliciesTests.cs:{line}");
        Assert.Equal(place, read.Origin.Location);
        Assert.Equal(place, read.Metadata.DeclaredAt["spec.to[0]"]);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public void Said_BeforeAddMesh_IsMade()
    {
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { DisableDashboard = true });
        var orders = builder.AddExecutable("orders", "orders", ".").WithHttpEndpoint();
        orders.WithMeshTimeout(t => t.Request = TimeSpan.FromSeconds(1));

        builder.AddMesh();

        Assert.Equal("WithMeshTimeout", Assert.Single(MeshDeclarations.Of(builder).Policies).Call);
    }

    [Theory]
    [InlineData("/_/src/Shop.AppHost/AppHost.cs", "src/Shop.AppHost/AppHost.cs:7")]
    [InlineData("{apphost}/AppHost.cs", "AppHost.cs:7")]
    [InlineData("{apphost}/../Shared/Policies.cs", "../Shared/Policies.cs:7")]
    public void Of_CompilerPath_IsRelativeToTheAppHost(string file, string expected)
    {
        var app = new ShopApp();

        Assert.Equal(expected, new DeclaredAt("WithMeshTimeout", file.Replace("{apphost}", app.Builder.AppHostDirectory, StringComparison.Ordinal), 7).Of(app.Orders));
    }

    [Fact]
    public void Of_OtherLanguage_NamesTheCall() =>
        Assert.EndsWith(": orders.withMeshTimeout", new DeclaredAt("withMeshTimeout").Of(new ShopApp().Orders), StringComparison.Ordinal);

    private static int Line([CallerLineNumber] int line = 0) => line;

    private sealed class Database(string name, ExecutableResource parent) : Resource(name), IResourceWithParent<ExecutableResource>
    {
        public ExecutableResource Parent { get; } = parent;
    }
}
