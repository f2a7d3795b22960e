using System.CommandLine;
using System.Text.RegularExpressions;
using Mesh.Cli.Api;
using Mesh.Cli.Commands;
using Mesh.Cli.Composition;
using Mesh.Cli.Installation;
using Mesh.Cli.Terminal;
using Mesh.Model.Serialization;
using Mesh.Model.Simulation;
using Mesh.Testing;
using Mesh.Yaml;

namespace Mesh.Cli.Tests.Commands;

public sealed partial class CommandLineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    private CommandContext Context => new(
        new Screen(_output, _error, TextReader.Null, coloursOut: false, coloursError: false),
        new MeshInstallation(_folder.Path, _ => null),
        TimeProvider.System,
        _folder.Path,
        _ => null,
        new RunningApps(Path.Combine(_folder.Path, "running")));

    private IEnumerable<string> Commands => CommandTree.Create(Context).Subcommands.Where(c => !c.Hidden).Select(c => c.Name);

    private Task<int> RunAsync(params string[] args) => CommandLine.RunAsync(args, Context);

    [Fact]
    public async Task Help_NamesEveryCommand()
    {
        Assert.Equal(ExitCode.Ok, await RunAsync("--help"));

        Assert.All(Commands, c => Assert.Contains($"\n  {c} ", _output.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void Documentation_HasARowForEveryCommand_AndForNoOther()
    {
        var rows = File.ReadLines(Checkout.PathTo("docs", "cli.md")).Where(line => line.StartsWith("| `mesh ", StringComparison.Ordinal)).Select(line => line.Split('|')[1]);
        var documented = rows.SelectMany(row => CommandName().Matches(row)).Select(match => match.Groups[1].Value);

        Assert.Equal(Commands.Order(StringComparer.Ordinal), documented.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Option_OfOneLetter_MeansTheSameInEveryCommand()
    {
        var letters = All(CommandTree.Create(Context)).SelectMany(c => c.Options).SelectMany(option => option.Aliases.Where(alias => alias.Length == 2).Select(alias => (alias, option.Name)));

        Assert.All(letters.Distinct().GroupBy(letter => letter.alias), letter => Assert.Single(letter));

        static IEnumerable<Command> All(Command command) => command.Subcommands.SelectMany(All).Prepend(command);
    }

    [Fact]
    public async Task Explain_Help_NamesEverybodyWhoCanCall()
    {
        Assert.Equal(ExitCode.Ok, await RunAsync("explain", "--help"));

        Assert.All([SimulatedRequestReader.Developer, SimulatedRequestReader.Anyone, "SPIFFE"], caller => Assert.Contains(caller, _output.ToString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("pu", "'pu'")]
    [InlineData("get services -o xml", "must be table, json or yaml")]
    [InlineData("get sevices", "did you mean 'services'?")]
    [InlineData("get policy Retyr orders", "did you mean 'Retry'?")]
    [InlineData("get services orders", "mesh inspect orders")]
    [InlineData("up --api-port 70000", "must be a TCP port from 1 to 65535")]
    [InlineData("apply", "--filename")]
    [InlineData("token Orders", "'Orders' in namespace 'default' is no service")]
    [InlineData("token orders --bind 10.0.0.7 --app-port http=1", "--bind, --app-port: only with --out FILE")]
    [InlineData("record --for 9h", "must be a duration up to 8h")]
    [InlineData("record -o table", "must be yaml, csharp or json")]
    [InlineData("proxy run", "--bootstrap")]
    [InlineData("proxy run --bootstrap f --stop-timeout 0 -- x", "must be 1 to 3600 seconds")]
    [InlineData("systemd sidecar --bootstrap f", "command")]
    [InlineData("inject", "give manifests with -f")]
    [InlineData("inject -f x -n Shop", "--mesh and --namespace are DNS labels")]
    public async Task Run_WrongUsage_SaysSoAndExitsWith64(string line, string expected)
    {
        Assert.Equal(ExitCode.Usage, await RunAsync(line.Split(' ')));

        Assert.Contains(expected, _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_output.ToString());
    }

    [Fact]
    public async Task Inject_AManifestAndTheControlPlane_PrintsThemAsOneText()
    {
        const string Pod = "{ apiVersion: v1, kind: Pod, metadata: { name: web }, spec: { containers: [{ name: web, image: example/web, ports: [{ name: http, containerPort: 80 }] }] } }";
        Assert.Equal(ExitCode.Ok, await RunAsync("inject", "-f", _folder.File("pod.yaml", Pod), "-n", "shop", "--control-plane"));

        var printed = DocumentReader.ReadYaml(_output.ToString(), "output");
        Assert.Empty(printed.Violations);
        Assert.Equal(["CustomResourceDefinition", "Namespace"], printed.Documents.Select(d => ((ScalarNode)d.Root["kind"]!).Text).Distinct().Take(2));
        Assert.Contains(printed.Documents, d => d.Root["kind"] is ScalarNode { Text: "Pod" });
        Assert.Contains("web keeps its port 80", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inject_AMistake_PrintsNothingElse()
    {
        const string Pod = "{ apiVersion: v1, kind: Pod, metadata: { name: web, annotations: { mesh.dev/uses: orders } }, spec: { containers: [{ name: web }] } }";
        Assert.Equal(ExitCode.Invalid, await RunAsync("inject", "-f", _folder.File("pod.yaml", Pod)));

        Assert.Contains("names 'orders'; say service/port", _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_output.ToString());
    }

    [Fact]
    public async Task Token_EverythingWrongWithTheFile_IsSaidAtOnce()
    {
        Assert.Equal(ExitCode.Usage, await RunAsync("token", "orders", "--out", "f", "--bind", "eth0", "--control-plane", "http://10.0.0.2:15010", "--replica", "A", "--app-port", "8080", "--port-offset", "-1", "--state-directory", "here"));

        Assert.All(
            ["--advertise: is missing", "--bind=eth0", "--control-plane=http://10.0.0.2:15010", "--replica=A", "--app-port=8080", "--port-offset=-1", "--state-directory=here"],
            wrong => Assert.Contains(wrong, _error.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Up_NoFile_SaysWhatToDo()
    {
        Assert.Equal(ExitCode.NoInput, await RunAsync("up"));

        Assert.Contains($"there is no {Path.Combine(_folder.Path, "mesh.yaml")}", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Up_NoControlPlaneBesideIt_SaysWhatToRun()
    {
        _folder.File("mesh.yaml", "{ apiVersion: mesh.dev/v1alpha1, kind: App, metadata: { name: shop }, spec: { services: { a: { command: x } } } }");

        Assert.Equal(ExitCode.Unavailable, await RunAsync("up"));
        Assert.Contains("./build.sh", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_GoodApp_ExitsWith0()
    {
        _folder.File("mesh.yaml", "{ apiVersion: mesh.dev/v1alpha1, kind: App, metadata: { name: shop }, spec: { services: { a: { command: x, endpoints: { http: { protocol: http } } }, b: { command: x, uses: [a] } } } }");

        Assert.Equal(ExitCode.Ok, await RunAsync("check"));
        Assert.Empty(_output.ToString());
    }

    [Fact]
    public async Task Check_EdgeAndPolicyToNowhere_NamesFileAndLine()
    {
        _folder.File("mesh.yaml",
            """
            apiVersion: mesh.dev/v1alpha1
            kind: App
            metadata: { name: shop }
            spec:
              policies: policies
              services:
                a: { command: x, endpoints: { http: { protocol: http } } }
            """);
        _folder.File(Path.Combine("policies", "p.yaml"),
            """
            apiVersion: mesh.dev/v1alpha1
            kind: Retry
            metadata: { name: reads }
            spec:
              targetRef: { kind: Mesh }
              to:
                - targetRef: { kind: Service, name: nobody }
                  default: { http: { numRetries: 1 } }
            """);

        Assert.Equal(ExitCode.Invalid, await RunAsync("check"));
        Assert.Matches("^policies/p.yaml:[0-9]+: .*nobody", _output.ToString());
    }

    [Fact]
    public async Task Check_BrokenYaml_NamesTheLine()
    {
        _folder.File("a.yaml", "a: [1\nb: 2\n");

        Assert.Equal(ExitCode.Invalid, await RunAsync("check", "."));
        Assert.StartsWith("a.yaml:", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_SameNameTwice_NamesBothPlaces()
    {
        const string Service = "{ apiVersion: mesh.dev/v1alpha1, kind: Service, metadata: { name: a }, spec: {} }";
        _folder.File("1.yaml", Service);
        _folder.File("2.yaml", Service);

        Assert.Equal(ExitCode.Invalid, await RunAsync("check", "."));
        Assert.Equal("2.yaml:1: Service default/a is declared a second time (first in 1.yaml:1); rename or remove one\n", _output.ToString());
    }

    [GeneratedRegex("`mesh ([a-z]+)")]
    private static partial Regex CommandName();

    public void Dispose()
    {
        _folder.Dispose();
        _output.Dispose();
        _error.Dispose();
    }
}
