using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Tests.Models;

namespace Mesh.Hosting.Tests.Applying;

/// <summary>What a caller is told of others: every kind of value that Aspire has.</summary>
public sealed class CallerValuesTests
{
    private const string Own = "{own}";
    private const string Front = "{front}";

    public static TheoryData<string, string> HttpValues => new()
    {
        { "services__orders__http__0", $"http://localhost:{Own}" },
        { "ORDERS_HTTP", $"http://localhost:{Own}" },
        { "ENDPOINT", $"http://localhost:{Own}" },
        { "URL", $"http://localhost:{Own}" },
        { "HOST", "localhost" },
        { "IPV4", "127.0.0.1" },
        { "PORT_OF_IT", Own },
        { "HOST_AND_PORT", $"localhost:{Own}" },
        { "SCHEME", "http" },
        { "TLS", "False" },
        { "EXPRESSION", $"see http://localhost:{Own}/api {{braces}}" },
        { "NESTED", $"a=see http://localhost:{Own}/api {{braces}};b=1" },
        { "CONDITIONAL", $"http://localhost:{Own}" },
        { "FORMATTED", $"http%3A%2F%2Flocalhost%3A{Own}" },
        { "CUSTOM", $"<http://localhost:{Front}>" },
        { "CUSTOM_WITH_REFERENCES", $"<http://localhost:{Own}>" },
        { "TEXT", "http://localhost:5401" },
        { "PARAMETER", "plain" },
        { "SECRET", "s3cret" },
        { "VITE_ORDERS", $"http://localhost:{Front}" },
    };

    public static TheoryData<string, string> DatabaseValues => new()
    {
        { "ConnectionStrings__shop", $"Host=localhost;Port={Own};Username=postgres;Password=pw;Database=shop" },
        { "ConnectionStrings__server", $"Host=localhost;Port={Own};Username=postgres;Password=pw" },
        { "SHOP_HOST", "localhost" },
        { "SHOP_PORT", Own },
        { "SHOP_PASSWORD", "pw" },
        { "SHOP_URI", $"postgresql://postgres:pw@localhost:{Own}/shop" },
        { "SHOP_JDBCCONNECTIONSTRING", $"jdbc:postgresql://localhost:{Own}/shop" },
        { "RESOURCE", $"Host=localhost;Port={Own};Username=postgres;Password=pw;Database=shop" },
        { "REDIRECTED", $"Host=localhost;Port={Own};Username=postgres;Password=pw;Database=shop" },
    };

    [Theory]
    [MemberData(nameof(HttpValues))]
    public async Task HttpValue_OfACallee_ComesOutAtTheCallersOwnSidecar(string variable, string expected)
    {
        await using var app = await PlannedApp.CreateAsync(builder =>
        {
            var orders = builder.AddExecutable("orders", "orders", ".").WithHttpEndpoint(port: 5401, env: "PORT");
            var http = orders.GetEndpoint("http");
            var expression = ReferenceExpression.Create($"see {http}/api {{braces}}");
            builder.AddExecutable("storefront", "storefront", ".")
                .WithReference(http)
                .WithEnvironment("ENDPOINT", http)
                .WithEnvironment("URL", http.Property(EndpointProperty.Url))
                .WithEnvironment("HOST", http.Property(EndpointProperty.Host))
                .WithEnvironment("IPV4", http.Property(EndpointProperty.IPV4Host))
                .WithEnvironment("PORT_OF_IT", http.Property(EndpointProperty.Port))
                .WithEnvironment("HOST_AND_PORT", http.Property(EndpointProperty.HostAndPort))
                .WithEnvironment("SCHEME", http.Property(EndpointProperty.Scheme))
                .WithEnvironment("TLS", http.Property(EndpointProperty.TlsEnabled))
                .WithEnvironment("EXPRESSION", expression)
                .WithEnvironment("NESTED", ReferenceExpression.Create($"a={expression};b=1"))
                .WithEnvironment("CONDITIONAL", http.GetTlsValue(ReferenceExpression.Create($"secure"), ReferenceExpression.Create($"{http}")))
                .WithEnvironment("FORMATTED", ReferenceExpression.Create($"{http.Property(EndpointProperty.Url):uri}"))
                .WithEnvironment(c => c.EnvironmentVariables["CUSTOM"] = new Custom(http, tellsWhatItIsMadeOf: false))
                .WithEnvironment(c => c.EnvironmentVariables["CUSTOM_WITH_REFERENCES"] = new Custom(http, tellsWhatItIsMadeOf: true))
                .WithEnvironment("TEXT", "http://localhost:5401")
                .WithEnvironment("PARAMETER", builder.AddParameter("plain", "plain"))
                .WithEnvironment("SECRET", builder.AddParameter("secret", "s3cret", secret: true))
                .WithEnvironment("VITE_ORDERS", http);
        });

        var environment = await app.EnvironmentAsync("storefront");

        Assert.Equal(Filled(app, expected, "storefront", "orders", "http"), environment[variable]);
    }

    [Theory]
    [MemberData(nameof(DatabaseValues))]
    public async Task DatabaseValue_OfAServersChild_ComesOutAtTheCallersOwnSidecar(string variable, string expected)
    {
        await using var app = await PlannedApp.CreateAsync(builder =>
        {
            var server = builder.AddPostgres("server", password: builder.AddParameter("password", "pw", secret: true));
            var shop = server.AddDatabase("shop");
            builder.AddExecutable("orders", "orders", ".")
                .WithReference(shop)
                .WithReference(server)
                .WithEnvironment("RESOURCE", shop)
                .WithEnvironment(c => c.EnvironmentVariables["REDIRECTED"] = new ConnectionStringReference(shop.Resource, optional: true));
        });

        var environment = await app.EnvironmentAsync("orders");

        Assert.Equal(Filled(app, expected, "orders", "server", "tcp"), environment[variable]);
    }

    [Fact]
    public async Task Values_ThatNameNothingOfTheMesh_StayTheObjectsTheyWere()
    {
        var parameter = default(IResourceBuilder<ParameterResource>);
        await using var app = await PlannedApp.CreateAsync(builder =>
        {
            parameter = builder.AddParameter("secret", "s3cret", secret: true);
            var orders = builder.AddExecutable("orders", "orders", ".").WithHttpEndpoint();
            builder.AddExecutable("storefront", "storefront", ".").WithReference(orders.GetEndpoint("http")).WithEnvironment("SECRET", parameter);
        });

        // A secret in another object's place would not be masked in the dashboard any more.
        Assert.Same(parameter!.Resource, (await app.ValuesAsync("storefront"))["SECRET"]);
    }

    [Fact]
    public async Task ReplicatedCaller_EachReplica_IsToldItsOwnSidecar()
    {
        await using var app = await PlannedApp.CreateAsync(builder =>
        {
            var orders = builder.AddExecutable("orders", "orders", ".").WithHttpEndpoint();
            builder.AddProject("storefront", "none.csproj", p => p.ExcludeLaunchProfile = true).WithHttpEndpoint().WithReplicas(2).WithReference(orders.GetEndpoint("http"));
        });

        var (first, second) = (app.Outbound("storefront", "orders/http", 0), app.Outbound("storefront", "orders/http", 1));

        Assert.Equal(
            $"http://localhost:{{{{ if eq (index .Annotations \"resource-replica-index\") \"0\" }}}}{first}{{{{ else }}}}{second}{{{{ end }}}}",
            (await app.EnvironmentAsync("storefront"))["ORDERS_HTTP"]);
        Assert.NotEqual(first, second);
    }

    private static string Filled(PlannedApp app, string text, string caller, string callee, string port) => text
        .Replace(Own, app.Outbound(caller, $"{callee}/{port}").ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace(Front, app.FrontDoor(callee, port).ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private sealed class Custom(EndpointReference endpoint, bool tellsWhatItIsMadeOf) : IValueProvider, IManifestExpressionProvider, IValueWithReferences
    {
        public string ValueExpression => "custom";

        public IEnumerable<object> References => tellsWhatItIsMadeOf ? [endpoint] : [];

        public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => $"<{await endpoint.GetValueAsync(cancellationToken)}>";
    }
}
