using Mesh.Cli.AppFiles;
using Mesh.Model.Topology;
using Mesh.Testing;
using Mesh.Yaml;

namespace Mesh.Cli.Tests.AppFiles;

public sealed class AppFileReaderTests : IDisposable
{
    private const string Head =
        """
        apiVersion: mesh.dev/v1alpha1
        kind: App
        metadata: { name: shop }
        spec:

        """;

    private readonly TemporaryFolder _folder = new();

    private AppFileResult Read(string text)
    {
        var read = DocumentReader.Read(text, "mesh.yaml");
        Assert.Empty(read.Violations);
        return AppFileReader.Read(Assert.Single(read.Documents), Path.Combine(_folder.Path, "mesh.yaml"));
    }

    private AppDefinition Good(string text)
    {
        var result = Read(text);
        Assert.True(result.App is not null, string.Join('\n', result.Violations));
        return result.App;
    }

    [Fact]
    public void Read_EveryMember_IsTakenOver()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "policies"));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "src"));

        var app = Good(
            Head +
            """
              trustDomain: shop.example
              policies: policies
              services:
                storefront:
                  command: [dotnet, exec, shop.dll]
                  workingDirectory: src
                  endpoints:
                    http: { protocol: http, port: 5400, appPort: 8080, external: true }
                  uses: [orders, inventory/grpc]
                  health: { endpoint: http, path: /healthz }
                  environment: { A: b, N: 1 }
                  labels: { tier: web }
                orders:
                  command: node 'my server.js'
                  endpoints: { http: { protocol: http } }
                  replicas: 2
                inventory:
                  command: x
                  endpoints: { grpc: { protocol: grpc }, kafka: { protocol: kafka } }
                  optional: true
                  optionalExitCode: 69
              external: { stripe: { https: { host: api.stripe.com, protocol: https } } }
            """);

        var storefront = app.Services[0];
        var workload = app.Description.Workloads[0];
        Assert.Equal("shop.example", app.Description.TrustDomain.Name);
        Assert.Equal(Path.Combine(_folder.Path, "policies"), app.PoliciesDirectory);
        Assert.Equal(["dotnet", "exec", "shop.dll"], storefront.Command);
        Assert.Equal(Path.Combine(_folder.Path, "src"), storefront.WorkingDirectory);
        Assert.Equal(new HealthDefinition("http", "/healthz"), storefront.Health);
        Assert.Equal("A=b N=1", string.Join(' ', storefront.Environment.Select(v => $"{v.Key}={v.Value}")));
        Assert.Equal("web", workload.Labels["tier"]);
        Assert.True(workload.Endpoints[0] is { FrontDoorPort: 5400, AppPort: 8080, External: true, Protocol: AppProtocol.Http });
        Assert.Equal(["default/orders/", "default/inventory/grpc"], workload.Uses.Select(u => $"{u.Target}/{u.Port}"));
        Assert.Equal("mesh.yaml:13", workload.Uses[0].DeclaredAt.Location);

        Assert.Equal(["node", "my server.js"], app.Services[1].Command);
        Assert.Equal(2, app.Description.Workloads[1].Replicas);
        Assert.True(app.Services[2] is { Optional: true, OptionalExitCode: 69 });
        Assert.Null(app.Description.Workloads[2].Endpoints[0].SkipReason);
        Assert.NotNull(app.Description.Workloads[2].Endpoints[1].SkipReason);
        Assert.Equal(443, app.Description.Externals[0].Service.Ports[0].Port);
    }

    [Fact]
    public void Read_LittleAsPossible_HasDefaults()
    {
        var app = Good(Head + "  services: { a: { command: x } }");

        Assert.Equal("shop.local", app.Description.TrustDomain.Name);
        Assert.Null(app.PoliciesDirectory);
        Assert.Equal(_folder.Path, app.Services[0].WorkingDirectory);
        Assert.Null(app.Services[0].Health);
        Assert.Equal(1, app.Description.Workloads[0].Replicas);
    }

    [Fact]
    public void Read_HealthWithoutEndpoint_TakesTheOnlyHttpOne()
    {
        var app = Good(Head + "  services: { a: { command: x, endpoints: { tcp: { protocol: tcp }, web: { protocol: http } }, health: { } } }");

        Assert.Equal(new HealthDefinition("web", "/health"), app.Services[0].Health);
    }

    [Theory]
    [InlineData("services: { a: { comand: x, command: x } }", "spec.services.a.comand: is not known here; did you mean 'command'?")]
    [InlineData("services: { a: { } }", "spec.services.a.command: is missing; write command: [dotnet, exec, orders.dll] or command: node server.js")]
    [InlineData("services: { a: { command: [] } }", "spec.services.a.command: names no program; write command: [dotnet, exec, orders.dll] or command: node server.js")]
    [InlineData("services: { a: { command: 'x | y' } }", "spec.services.a.command: has '|', which only a shell understands; no shell is involved: write [sh, -c, '…'] for one, or quote it")]
    [InlineData("services: { a: { command: x, workingDirectory: none } }", "spec.services.a.workingDirectory: must be a directory but there is no {0}/none")]
    [InlineData("services: { a: { command: x, endpoints: { http: { protocol: htp } } } }", "spec.services.a.endpoints.http.protocol: 'htp' is no protocol; did you mean 'http'?")]
    [InlineData("services: { a: { command: x, endpoints: { http: { } } } }", "spec.services.a.endpoints.http.protocol: is missing; write protocol: http")]
    [InlineData("services: { a: { command: x, endpoints: { http: { protocol: http, port: 0 } } } }", "spec.services.a.endpoints.http.port: must be a whole number from 1 to 65535 but is 0; write port: 5400, or leave it out for a free one")]
    [InlineData("services: { a: { command: x, endpoints: [http] } }", "spec.services.a.endpoints: must be an object but is a list; write endpoints: { http: { protocol: http } }")]
    [InlineData("services: { a: { command: x, uses: b } }", "spec.services.a.uses: must be a list but is \"b\"; write uses: [orders, inventory/grpc]")]
    [InlineData("services: { a: { command: x, uses: [b/c/d] } }", "spec.services.a.uses[0]: must be a service or service/endpoint such as orders or inventory/grpc but is 'b/c/d'")]
    [InlineData("services: { a: { command: x, health: { path: /h } } }", "spec.services.a.health.endpoint: is missing; there is no HTTP endpoint in this service, so leave health out")]
    [InlineData("services: { a: { command: x, replicas: 0 } }", "spec.services.a.replicas: must be a whole number from 1 to 50 but is 0; write replicas: 2")]
    [InlineData("services: { a: { command: x, optional: maybe } }", "spec.services.a.optional: must be true or false but is \"maybe\"")]
    [InlineData("services: { a: { command: x, optionalExitCode: 69 } }", "spec.services.a.optionalExitCode: says how the service declines to run, which only an optional one may; add optional: true, or leave it out")]
    [InlineData("services: { a: { command: x, environment: { MESH_STATE: y } } }", "spec.services.a.environment.MESH_STATE: names with MESH_ are the mesh's own; use another name")]
    [InlineData("services: { }", "spec.services: names no service, so there is nothing to run; write services: { orders: { command: …, endpoints: … } }")]
    [InlineData("services: { a: { command: x } }\n  trustDomain: Shop", "spec.trustDomain: must be lower-case letters, digits, '.', '-' and '_', at most 255 characters, such as shop.local, but is 'Shop'")]
    [InlineData("services: { a: { command: x } }\n  policies: none", "spec.policies: must be a directory but there is no {0}/none; make it, or leave policies out")]
    [InlineData("services: { a: { command: x } }\n  external: { b: { https: { protocol: https } } }", "spec.external.b.https.host: is missing; write host: api.stripe.com")]
    [InlineData("services: { a: { command: x } }\n  external: { b: { tcp: { protocol: tcp, host: db } } }", "spec.external.b.tcp.port: is missing; write port: 5432")]
    public void Read_WrongMember_SaysWhereWhatAndTheCure(string spec, string expected)
    {
        var result = Read($"{Head}  {spec}");

        Assert.Null(result.App);
        Assert.Equal(expected.Replace("{0}", _folder.Path, StringComparison.Ordinal), Assert.Single(result.Violations).ToString());
    }

    [Fact]
    public void Read_ManyMistakes_ReportsAllWithTheirLines()
    {
        var result = Read(
            """
            apiVersion: mesh.dev/v2
            kind: Ap
            metadata: { name: Shop }
            spec:
              services:
                a:
                  replicas: x
            """);

        Assert.Equal([1, 2, 3, 6, 7], result.Violations.Select(v => v.Line));
    }

    public void Dispose() => _folder.Dispose();
}
