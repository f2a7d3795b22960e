using System.Globalization;
using System.Text.Json.Nodes;
using Mesh.Cli.Api;
using Mesh.Cli.Commands;
using Mesh.Cli.Composition;
using Mesh.Cli.Installation;
using Mesh.Cli.Terminal;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.ControlPlane.Tests.Store;
using Mesh.Testing;

namespace Mesh.Cli.Tests.Commands;

/// <summary>The commands that speak to a control plane, over the API of one that runs in this process.</summary>
public sealed class ControlPlaneCommandTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private readonly TemporaryFolder _folder = new();
    private ControlPlaneHost _host = null!;
    private string _output = "";
    private string _error = "";

    public async ValueTask InitializeAsync()
    {
        _directory.Write("policies/services.yaml", Documents.All(Documents.Service("storefront", "orders"), Documents.Service("orders"), Documents.Service("payments")));
        _directory.Write("policies/written.yaml", Documents.Timeout("written", "orders", "9s"));
        _host = await ControlPlaneHost.StartPublishedAsync(ControlPlaneHost.Settings(_directory));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _directory.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Policy_AppliedChangedUndoneAndDeleted_IsEachTimeWhatGetSays()
    {
        await SucceedsAsync("apply", "-f", Policy("5s"));
        Assert.Equal("Timeout default/calm created\n", _output);
        await SucceedsAsync("get", "policy", "timeout", "calm");
        Assert.Contains("request: \"5s\"", _output, StringComparison.Ordinal);
        await SucceedsAsync("get", "policies");
        Assert.Matches(@"(?m)^Timeout +default +calm +api ", _output);

        await SucceedsAsync("apply", "-f", Policy("7s"));
        Assert.Equal("Timeout default/calm changed\n", _output);
        await SucceedsAsync("apply", "-f", Policy("7s"));
        Assert.Equal("Timeout default/calm unchanged\n", _output);

        await SucceedsAsync("undo", "Timeout", "calm");
        Assert.Equal("Timeout default/calm is as it was before its last change\n", _output);
        Assert.Equal("5s", await RequestTimeoutAsync());

        await SucceedsAsync("delete", "timeouts", "default/calm");
        Assert.Equal("Timeout default/calm is deleted\n", _output);
        await FailsAsync(ExitCode.Invalid, "get", "policy", "Timeout", "calm");
        Assert.Equal("mesh: Not found: There is no Timeout default/calm.\n", _error);

        await SucceedsAsync("undo", "Timeout", "calm");
        Assert.Equal("5s", await RequestTimeoutAsync());
    }

    [Fact]
    public async Task History_OfAPolicy_SaysWhoDidWhat_LatestFirst()
    {
        await SucceedsAsync("apply", "-f", Policy("5s"));
        await SucceedsAsync("apply", "-f", Policy("7s"));
        await SucceedsAsync("delete", "Timeout", "calm");

        await SucceedsAsync("get", "policy", "Timeout", "calm", "--history", "-o", "json");
        var versions = JsonNode.Parse(_output)!["versions"]!.AsArray();
        Assert.Equal(["delete by admin", "apply by admin", "apply by admin"], versions.Select(v => $"{v!["action"]} by {v["who"]}"));
        Assert.Equal([null, "7s", "5s"], versions.Select(v => v!["document"]?["spec"]!["to"]![0]!["default"]!["request"]!.ToString()));

        await SucceedsAsync("get", "policy", "Timeout", "calm", "--history");
        Assert.Matches("^VERSION +AT +WHO +ACTION", _output);
        Assert.Equal(4, _output.TrimEnd().Split('\n').Length);

        await FailsAsync(ExitCode.Invalid, "get", "policy", "Timeout", "written", "--history");
        Assert.Contains("There is no Timeout default/written that was applied over the API", _error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_DryRun_ChangesNothing()
    {
        await SucceedsAsync("apply", "--dry-run", "-f", Policy("5s"));

        Assert.Equal("Timeout default/calm is valid, nothing was changed\n", _output);
        await FailsAsync(ExitCode.Invalid, "get", "policy", "Timeout", "calm");
    }

    [Fact]
    public async Task Apply_WhatTheControlPlaneRefuses_NamesFileAndLineAndWritesNothing()
    {
        var file = _folder.File("p.yaml", Documents.All(Documents.Timeout("calm", "orders", "5s"), Documents.Timeout("hasty", "orders", "-1s")));

        await FailsAsync(ExitCode.Invalid, "apply", "-f", file);

        Assert.Matches(@"^p\.yaml:[0-9]+: spec\.to\[0\]\.default\.request: ", _error);
        Assert.Contains("mesh: Refused: Nothing was written: 1 thing is wrong.", _error, StringComparison.Ordinal);
        await FailsAsync(ExitCode.Invalid, "get", "policy", "Timeout", "calm");
    }

    [Fact]
    public async Task Apply_FromTheInput_IsThePolicyThatWasPipedIn()
    {
        await SucceedsOnAsync(Documents.Timeout("calm", "orders", "5s"), "apply", "-f", "-");

        Assert.Equal("5s", await RequestTimeoutAsync());
    }

    [Fact]
    public async Task DeleteAndUndo_WhatWasNeverApplied_SayWhereItComesFrom()
    {
        await FailsAsync(ExitCode.Invalid, "delete", "Timeout", "written");
        Assert.Contains("comes from policies/written.yaml; remove it there", _error, StringComparison.Ordinal);

        await FailsAsync(ExitCode.Invalid, "undo", "Timeout", "written");
        Assert.Contains("has no write over the API that could be undone", _error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("services", "storefront")]
    [InlineData("policies", "written")]
    [InlineData("sources", "written.yaml")]
    [InlineData("audit", "apply")]
    public async Task Get_AList_IsATableForPeople_AndAListForProgrammes(string list, string known)
    {
        await SucceedsAsync("apply", "-f", Policy("5s"));

        await SucceedsAsync("get", list);
        Assert.Contains(known, _output, StringComparison.Ordinal);
        Assert.Matches("^[A-Z]+ ", _output);

        await SucceedsAsync("get", list, "-o", "json");
        Assert.Contains(known, JsonNode.Parse(_output)!.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("proxies")]
    [InlineData("endpoints")]
    public async Task Get_OfWhatDoesNotRun_SaysThatThereAreNone(string list)
    {
        await SucceedsAsync("get", list);

        Assert.Equal(("", "There are none.\n"), (_output, _error));
    }

    [Fact]
    public async Task Inspect_AService_NamesThePolicyAndItsFile()
    {
        await SucceedsAsync("inspect", "storefront");
        Assert.Matches(@"setting: timeout\.request\n +value: ""9s""\n +origin:\n +kind: Timeout\n +name: default/written\n +location: policies/written\.yaml:[0-9]+\n", _output);

        await SucceedsAsync("inspect", "storefront", "--config-dump", "-o", "json");
        Assert.Contains("default/orders/http", JsonNode.Parse(_output)!.ToJsonString(), StringComparison.Ordinal);

        await FailsAsync(ExitCode.Invalid, "inspect", "nobody");
        Assert.Contains("nobody", _error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fault_AddedListedAndRemoved_LivesAsLongAsItsIdIsListed()
    {
        await SucceedsAsync("fault", "add", "orders", "--from", "storefront", "--for", "2m", "--abort", "503", "--percent", "10");
        var id = _output.Trim();
        Assert.DoesNotContain(' ', id);
        Assert.Matches($"^0 sidecars are hit for [0-9]+ s; to end it now: mesh fault remove {id}\n$", _error);

        await SucceedsAsync("fault", "list");
        Assert.Matches("^ID +BY +TO +FROM +SECONDS LEFT", _output);
        Assert.Matches($"(?m)^{id} +admin +orders +storefront ", _output);
        Assert.Contains("httpStatus=503", _output, StringComparison.Ordinal);

        await SucceedsAsync("fault", "remove", id);
        Assert.Equal($"fault {id} is ended\n", _output);
        await SucceedsAsync("fault", "list");
        Assert.Equal("There are none.\n", _error);
        await FailsAsync(ExitCode.Invalid, "fault", "remove", id);
        Assert.Contains($"There is no fault {id}", _error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusal_OfARequest_NamesEachMistakeByItsField()
    {
        await FailsAsync(ExitCode.Invalid, "fault", "add", "order", "--for", "2h", "--abort", "503");
        Assert.Contains("duration: ", _error, StringComparison.Ordinal);

        await FailsAsync(ExitCode.Invalid, "explain", "storefront", "order");
        Assert.Contains("callee: ", _error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusal_OfDocuments_NamesTheDocumentOfEachMistake()
    {
        await FailsAsync(ExitCode.Invalid, "diff", "-f", Policy("-1s"));

        Assert.Matches(@"^[^:]+: spec\.to\[0\]\.default\.request: ", _error);
    }

    [Theory]
    [InlineData("stranger-0123456789abcdef0123456789abcdef", "get services", "does not know this token")]
    [InlineData(ControlPlaneHost.NobodyToken, "get services", "lacks the scope 'read'")]
    [InlineData(ControlPlaneHost.ReaderToken, "undo Timeout written", "lacks the scope 'apply'")]
    [InlineData(ControlPlaneHost.ReaderToken, "delete Timeout written", "lacks the scope 'apply'")]
    [InlineData(ControlPlaneHost.ReaderToken, "inspect orders --config-dump", "lacks the scope 'debug'")]
    [InlineData(ControlPlaneHost.ReaderToken, "fault add orders --abort 503", "lacks the scope 'debug'")]
    [InlineData(ControlPlaneHost.ReaderToken, "token orders", "lacks the scope 'token'")]
    public async Task Command_TokenThatMayNot_ExitsWith77(string token, string line, string expected)
    {
        Assert.Equal(ExitCode.NoPermission, await RunAsync("", token, line.Split(' ')));

        Assert.Equal(77, ExitCode.NoPermission);
        Assert.Equal("", _output);
        Assert.Contains(expected, _error, StringComparison.Ordinal);
    }

    private string Policy(string request) => _folder.File("calm.yaml", Documents.Timeout("calm", "orders", request));

    private async Task<string> RequestTimeoutAsync()
    {
        await SucceedsAsync("get", "policy", "Timeout", "calm", "-o", "json");
        return JsonNode.Parse(_output)!["document"]!["spec"]!["to"]![0]!["default"]!["request"]!.ToString();
    }

    private Task SucceedsAsync(params string[] args) => SucceedsOnAsync("", args);

    private async Task SucceedsOnAsync(string input, params string[] args)
    {
        var code = await RunAsync(input, ControlPlaneHost.AdminToken, args);
        Assert.True(code == ExitCode.Ok, string.Create(CultureInfo.InvariantCulture, $"mesh {string.Join(' ', args)} ended with {code}: {_error}"));
    }

    private async Task FailsAsync(int code, params string[] args)
    {
        Assert.Equal(code, await RunAsync("", ControlPlaneHost.AdminToken, args));
        Assert.Equal("", _output);
    }

    private async Task<int> RunAsync(string input, string token, params string[] args)
    {
        var tokenFile = _folder.File("token", token);
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var reader = new StringReader(input);
        var context = new CommandContext(
            new Screen(output, error, reader, coloursOut: false, coloursError: false),
            new MeshInstallation(_folder.Path, _ => null),
            TimeProvider.System,
            _folder.Path,
            name => name switch
            {
                ServerLocation.ServerVariable => _host.Addresses.Api?.ToString(),
                ServerLocation.TokenFileVariable => tokenFile,
                _ => null,
            },
            new RunningApps(Path.Combine(_folder.Path, "running")));
        var code = await CommandLine.RunAsync(args, context).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        (_output, _error) = (output.ToString().ReplaceLineEndings("\n"), error.ToString().ReplaceLineEndings("\n"));
        return code;
    }
}
