using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Tests.Models;

namespace Mesh.Hosting.Tests.Applying;

/// <summary>Callbacks that take an address themselves, which without a mesh they are asked for when all have one.</summary>
public sealed class LateValuesTests
{
    private const string Own = "{own}";

    public static TheoryData<string, string> Callbacks => new()
    {
        { "url", $"http://localhost:{Own}" },
        { "text", $"http://localhost:{Own}/v1?a={{b}}" },
        { "json", $"{{\"orders\":\"http://localhost:{Own}\"}}" },
        { "host and port", $"localhost:{Own}" },
        { "port", Own },
        { "port as a number", Own },
        { "function", $"http://localhost:{Own}" },
        { "dictionary", $"http://localhost:{Own}" },
        { "one that waits", $"http://localhost:{Own}" },
        { "reference held since before", $"http://localhost:{Own}" },
    };

    [Theory]
    [MemberData(nameof(Callbacks))]
    public async Task Callback_ThatTakesAnAddressItself_IsAnEdge_AndItsValueComesOutAtTheCallersOwnSidecar(string what, string expected)
    {
        await using var app = await PlannedApp.CreateAsync(builder =>
        {
            var orders = builder.AddExecutable("orders", "orders", ".").WithHttpEndpoint(port: 5401);
            Take(builder.AddExecutable("storefront", "storefront", ".").WithHttpEndpoint(), orders, what);
        });

        Assert.Equal(["MESHED storefront → orders/http"], app.Running.Plan.Edges.Select(e => e.ToString()));
        var own = app.Outbound("storefront", "orders/http").ToString(CultureInfo.InvariantCulture);
        Assert.Equal(expected.Replace(Own, own, StringComparison.Ordinal), (await app.EnvironmentAsync("storefront"))["ORDERS"]);
        Assert.Empty(app.Running.Reading.Unread);
    }

    [Fact]
    public async Task Argument_ThatIsAnAddress_ComesOutAtTheCallersOwnSidecar()
    {
        await using var app = await PlannedApp.CreateAsync(builder =>
        {
            var orders = builder.AddExecutable("orders", "orders", ".").WithHttpEndpoint();
            builder.AddExecutable("storefront", "storefront", ".").WithHttpEndpoint().WithArgs("--verbose").WithArgs(c => c.Args.Add($"--orders={orders.GetEndpoint("http").Url}"));
        });

        Assert.Equal(["--verbose", $"--orders=http://localhost:{app.Outbound("storefront", "orders/http")}"], await app.ArgumentsAsync("storefront"));
    }

    [Fact]
    public async Task ConstantAddress_BesideACallbackThatTakesOne_StaysWhatTheAppHostSaid()
    {
        await using var app = await PlannedApp.CreateAsync(builder =>
        {
            var orders = builder.AddExecutable("orders", "orders", ".").WithHttpEndpoint(port: 5401);
            var storefront = builder.AddExecutable("storefront", "storefront", ".").WithHttpEndpoint().WithEnvironment("DOCS", "http://localhost:5401/docs");
            Take(storefront, orders, "url");
        });

        Assert.Equal("http://localhost:5401/docs", (await app.EnvironmentAsync("storefront"))["DOCS"]);
    }

    [Fact]
    public async Task CallbackOfItsOwnAddress_IsNoEdge_AndSaysItsFrontDoor()
    {
        await using var app = await PlannedApp.CreateAsync(builder =>
        {
            var orders = builder.AddExecutable("orders", "orders", ".").WithHttpEndpoint();
            Take(orders, orders, "url");
        });

        Assert.Empty(app.Running.Plan.Edges);
        Assert.Equal($"http://localhost:{app.FrontDoor("orders", "http")}", (await app.EnvironmentAsync("orders"))["ORDERS"]);
    }

    [Fact]
    public async Task CallbackThatCannotAnswer_IsSaidWithItsResource_AndTheRestIsMeshed()
    {
        await using var app = await PlannedApp.CreateAsync(builder =>
        {
            var orders = builder.AddExecutable("orders", "orders", ".").WithHttpEndpoint();
            var missing = builder.AddParameter("missing");
            builder.AddExecutable("storefront", "storefront", ".").WithHttpEndpoint().WithReference(orders.GetEndpoint("http"))
                .WithEnvironment(c => c.EnvironmentVariables["KEY"] = missing.Resource.Name.Length > 0 ? throw new InvalidOperationException("no value for missing") : "");
        });

        Assert.StartsWith("storefront: a callback for its environment needs what is known only after the start (no value for missing)", Assert.Single(app.Running.Reading.Unread), StringComparison.Ordinal);
        Assert.Equal(["MESHED storefront → orders/http"], app.Running.Plan.Edges.Select(e => e.ToString()));
    }

    [Fact]
    public async Task CallbackOfAReplicatedServicesAddress_WhichOnlyTheOrchestratorKnows_IsSaid()
    {
        await using var app = await PlannedApp.CreateAsync(builder =>
        {
            var orders = builder.AddProject("orders", "none.csproj", p => p.ExcludeLaunchProfile = true).WithHttpEndpoint().WithReplicas(2);
            builder.AddExecutable("storefront", "storefront", ".").WithHttpEndpoint().WithEnvironment(c => c.EnvironmentVariables["ORDERS"] = orders.GetEndpoint("http").Url);
        });

        Assert.Contains("Say the calls with WithReference", Assert.Single(app.Running.Reading.Unread), StringComparison.Ordinal);
    }

    private static void Take(IResourceBuilder<ExecutableResource> caller, IResourceBuilder<ExecutableResource> orders, string what)
    {
        var held = orders.GetEndpoint("http");
        switch (what)
        {
            case "url":
                caller.WithEnvironment(c => c.EnvironmentVariables["ORDERS"] = orders.GetEndpoint("http").Url);
                break;
            case "text":
                caller.WithEnvironment(c => c.EnvironmentVariables["ORDERS"] = $"{orders.GetEndpoint("http").Url}/v1?a={{b}}");
                break;
            case "json":
                caller.WithEnvironment(c => c.EnvironmentVariables["ORDERS"] = $$"""{"orders":"{{orders.GetEndpoint("http").Url}}"}""");
                break;
            case "host and port":
                caller.WithEnvironment(c => c.EnvironmentVariables["ORDERS"] = string.Create(CultureInfo.InvariantCulture, $"{held.Host}:{held.Port}"));
                break;
            case "port":
                caller.WithEnvironment(c => c.EnvironmentVariables["ORDERS"] = held.Port.ToString(CultureInfo.InvariantCulture));
                break;
            case "port as a number":
                caller.WithEnvironment(c => c.EnvironmentVariables["ORDERS"] = held.Port);
                break;
            case "function":
                caller.WithEnvironment("ORDERS", () => orders.GetEndpoint("http").Url);
                break;
            case "dictionary":
                caller.WithAnnotation(new EnvironmentCallbackAnnotation(variables => variables["ORDERS"] = held.Url));
                break;
            case "one that waits":
                caller.WithEnvironment(async c => c.EnvironmentVariables["ORDERS"] = (await orders.GetEndpoint("http").GetValueAsync(c.CancellationToken))!);
                break;
            case "reference held since before":
                caller.WithEnvironment(c => c.EnvironmentVariables["ORDERS"] = held.Url);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(what), what, null);
        }
    }
}
