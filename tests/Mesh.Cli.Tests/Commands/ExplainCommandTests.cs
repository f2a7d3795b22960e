using System.Text.Json.Nodes;
using Mesh.Cli.Api;
using Mesh.Cli.Commands;
using Mesh.Cli.Composition;
using Mesh.Cli.Installation;
using Mesh.Cli.Terminal;
using Mesh.Model.Simulation;
using Mesh.Testing;

namespace Mesh.Cli.Tests.Commands;

/// <summary><c>mesh explain</c> over files: no control plane runs.</summary>
public sealed class ExplainCommandTests : IDisposable
{
    private const string App = """
        apiVersion: mesh.dev/v1alpha1
        kind: App
        metadata: { name: shop }
        spec:
          policies: policies
          services:
            storefront: { command: [a], endpoints: { http: { protocol: http, external: true } }, uses: [payments] }
            payments: { command: [b], endpoints: { http: { protocol: http } } }
        """;

    private const string Policy = """
        apiVersion: mesh.dev/v1alpha1
        kind: TrafficPermission
        metadata: { name: payments }
        spec:
          targetRef: { kind: Service, name: payments }
          rules:
          - default:
              deny: [{ service: storefront, methods: [DELETE] }]
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public ExplainCommandTests()
    {
        _folder.File("mesh.yaml", App);
        _folder.File(Path.Combine("policies", "payments.yaml"), Policy);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Explain_Files_NamesFileAndLineOfWhatDecides()
    {
        Assert.Equal(ExitCode.Ok, await RunAsync("explain", "storefront", "payments", "DELETE", "/charge", "-f", "mesh.yaml"));

        Assert.Contains("✗ default/payments/http is not reached: permission_denied", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("refused  ← TrafficPermission default/payments rules[0].default.deny[0] (policies/payments.yaml:8)", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("(overruled)  ← Edge storefront → payments", _output.ToString(), StringComparison.Ordinal);
        Assert.Empty(_error.ToString());
    }

    [Theory]
    [InlineData("GET", ExitCode.Ok)]
    [InlineData("DELETE", ExitCode.NotReached)]
    public async Task Explain_ExitCode_SaysWhetherAnAppWouldAnswer(string method, int code) =>
        Assert.Equal(code, await RunAsync("explain", "storefront", "payments", method, "/charge", "-f", "mesh.yaml", "--exit-code"));

    [Fact]
    public async Task Explain_AToken_IsJudgedAndNotShown()
    {
        _folder.File(Path.Combine("policies", "tokens.yaml"), """
            apiVersion: mesh.dev/v1alpha1
            kind: TrafficPermission
            metadata: { name: tokens }
            spec:
              targetRef: { kind: Service, name: payments }
              jwtProviders: [{ name: accounts, issuer: "https://login.example/", audiences: [payments], jwks: { url: "https://login.example/keys" } }]
              rules: [{ default: { deny: [{ anyone: true, jwt: { missing: true } }] } }]
            """);
        const string Opaque = "b3BhcXVl";

        Assert.Equal(ExitCode.NotReached, await RunAsync("explain", "storefront", "payments", "-f", "mesh.yaml", "--exit-code"));
        Assert.Contains("token_required", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(ExitCode.NotReached, await RunAsync("explain", "storefront", "payments", "-f", "mesh.yaml", "--exit-code", "--jwt-file", _folder.File("token", $"{Opaque}\n"), "-o", "json"));
        Assert.Contains("refused with 401, malformed", _output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Opaque, _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, await RunAsync("explain", "storefront", "payments", "-f", "mesh.yaml", "--exit-code", "--claim", "iss=https://login.example/"));
        Assert.Equal(ExitCode.NoInput, await RunAsync("explain", "storefront", "payments", "-f", "mesh.yaml", "--jwt-file", "nowhere"));
        Assert.Equal(ExitCode.Usage, await RunAsync("explain", "storefront", "payments", "-f", "mesh.yaml", "--jwt-file", "token", "--jwt", Opaque));
    }

    [Fact]
    public async Task Explain_KeysThatSayANameTwice_AreRefusedWithTheReason()
    {
        var keys = _folder.File("keys.json", """{"keys": [], "keys": []}""");

        Assert.Equal(ExitCode.Invalid, await RunAsync("explain", "storefront", "payments", "-f", "mesh.yaml", "--jwks-file", keys));

        Assert.Contains("keys: must be a JSON Web Key Set", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("storefront", "DELETE")]
    [InlineData("storefront", "GET")]
    [InlineData("developer", "GET")]
    [InlineData("anyone", "GET")]
    public async Task Explain_ForPeople_IsWhatTestsAndTheDashboardSay(string caller, string method)
    {
        _folder.File(Path.Combine("policies", "route.yaml"), """
            apiVersion: mesh.dev/v1alpha1
            kind: HttpRoute
            metadata: { name: payments }
            spec:
              to:
              - targetRef: { kind: Service, name: payments }
                rules:
                - { name: gone, matches: [{ path: { type: Exact, value: /gone } }] }
                - name: copied
                  default:
                    backendRefs: [{ name: payments, weight: 3 }, { name: storefront, weight: 1 }]
                    filters: [{ type: RequestMirror, requestMirror: { backendRef: { name: payments }, percent: 25 } }]
            """);
        string[] request = ["explain", caller, "payments", method, "/charge", "-f", "mesh.yaml"];
        Assert.Equal(ExitCode.Ok, await RunAsync(request));
        var shown = _output.ToString();
        _output.GetStringBuilder().Clear();
        Assert.Equal(ExitCode.Ok, await RunAsync([.. request, "-o", "json"]));

        var text = ExplanationText.Of(JsonNode.Parse(_output.ToString())!.AsObject());

        Assert.Equal(text, string.Join('\n', shown.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n').Select(line => line.TrimEnd(' '))));
        Assert.Equal(caller == "storefront", text.Contains("copies of 25 % to default/payments/http", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Explain_AsJson_IsWhatTheApiAnswers()
    {
        Assert.Equal(ExitCode.Ok, await RunAsync("explain", "storefront", "payments/http", "GET", "/charge?x=1", "--header", "x-beta=1", "-f", "mesh.yaml", "-o", "json"));

        var answer = JsonNode.Parse(_output.ToString())!;
        Assert.True(answer["passes"]!.GetValue<bool>());
        Assert.Equal("x-beta", answer["request"]!["headers"]![0]!["name"]!.ToString());
        Assert.Equal("default/payments/http", answer["backends"]![0]!["backend"]!.ToString());
    }

    [Fact]
    public async Task Explain_ServiceThatThereIsNot_GuessesTheOneThatWasMeant()
    {
        Assert.Equal(ExitCode.Invalid, await RunAsync("explain", "storefront", "payment", "-f", "mesh.yaml"));

        Assert.Contains("did you mean default/payments?", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_HeaderWithoutValue_IsWrongUsage()
    {
        Assert.Equal(ExitCode.Usage, await RunAsync("explain", "storefront", "payments", "--header", "beta", "-f", "mesh.yaml"));

        Assert.Contains("--header beta: must be name=value", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diff_ProposedAgainstFiles_SaysWhatEachSidecarWouldDoOtherwise()
    {
        _folder.File(Path.Combine("proposed", "p.yaml"), Policy.Replace("DELETE", "DELETE, PUT", StringComparison.Ordinal));

        Assert.Equal(ExitCode.Ok, await RunAsync("diff", "-f", "proposed", "--against", "mesh.yaml"));

        Assert.Equal(
            """
            sidecars of default/payments
              inbound/http
                - deny: spiffe://shop.local/ns/default/sa/storefront: DELETE any path  ← no longer by TrafficPermission default/payments rules[0].default.deny[0] (policies/payments.yaml:8)
                + deny: spiffe://shop.local/ns/default/sa/storefront: DELETE any path, PUT any path  ← TrafficPermission default/payments rules[0].default.deny[0] (proposed/p.yaml:8)

            """,
            _output.ToString());
    }

    [Theory]
    [InlineData("diff")]
    [InlineData("diff --shadow -f mesh.yaml")]
    public async Task Diff_NeitherOrBoth_IsWrongUsage(string line)
    {
        Assert.Equal(ExitCode.Usage, await RunAsync(line.Split(' ')));

        Assert.Contains("give either the proposed policies with -f, or --shadow", _error.ToString(), StringComparison.Ordinal);
    }

    private Task<int> RunAsync(params string[] args) => CommandLine.RunAsync(args, new CommandContext(
        new Screen(_output, _error, TextReader.Null, coloursOut: false, coloursError: false),
        new MeshInstallation(_folder.Path, _ => null),
        TimeProvider.System,
        _folder.Path,
        _ => null,
        new RunningApps(Path.Combine(_folder.Path, "running"))));
}
