using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Mesh.ControlPlane.Api;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Store;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.ControlPlane.Tests.Store;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.ControlPlane.Tests.Api;

/// <summary>Nothing is in force that nobody answers for.</summary>
public sealed class AuditTrailTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private readonly BrittleAuditLog _log = new();
    private ControlPlaneHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _directory.Write("policies/a.yaml", Documents.Service("orders"));
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Apply_WhatCannotBeWrittenDown_IsNotInForce()
    {
        _log.Room = 0;

        using var answer = await ApplyAsync();

        Assert.Equal(HttpStatusCode.InsufficientStorage, answer.StatusCode);
        Assert.Empty((await _host.GetAsync("/api/v1/policies")).GetProperty("policies").EnumerateArray());
        Assert.Empty(await EventsAsync());
    }

    [Fact]
    public async Task Apply_WhoseOutcomeCannotBeWrittenDown_IsInForceAndSaysSo()
    {
        _log.Room = 1;

        using var answer = await ApplyAsync();

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Single((await _host.GetAsync("/api/v1/policies")).GetProperty("policies").EnumerateArray());
        Assert.Equal(["apply Timeout default/calm done"], await EventsAsync());
        Assert.Contains("\"outcome\":\"begun\"", Assert.Single(_log.Lines), StringComparison.Ordinal);
        Assert.Single(_host.Logs.Lines, line => line.Id == 2512);
    }

    [Fact]
    public async Task Audit_OfWhatAProcessDidNotFinish_SaysThatItWasBegun()
    {
        _log.Room = 1;
        using var answer = await ApplyAsync();
        await _host.DisposeAsync();
        _log.Room = int.MaxValue;

        await StartAsync();

        Assert.Equal(["apply Timeout default/calm begun"], await EventsAsync());
    }

    [Fact]
    public async Task Audit_OfAWrite_IsOneEventBeforeAndAfterARestart()
    {
        using var answer = await ApplyAsync();
        Assert.Equal(2, _log.Lines.Length);
        Assert.Equal(["apply Timeout default/calm done"], await EventsAsync());
        await _host.DisposeAsync();

        await StartAsync();

        Assert.Equal(["apply Timeout default/calm done"], await EventsAsync());
    }

    [Fact]
    public async Task Rotate_WhatCannotBeWrittenDown_LeavesTheRootsAsTheyAre()
    {
        _log.Room = 0;

        using var answer = await _host.Http.PostAsJsonAsync("/api/v1/authority/rotate", new { step = "add" }, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.InsufficientStorage, answer.StatusCode);
        Assert.Single((await _host.GetAsync("/api/v1/authority")).GetProperty("roots").EnumerateArray());
    }

    [Fact]
    public void Append_FullFileThatCannotBeMovedAside_GoesOnInItUntilItCan()
    {
        var state = new StateDirectory(Path.Combine(_directory.Path, "audited"));
        var inTheWay = Directory.CreateDirectory(state.PathOf("audit.1.jsonl"));
        File.WriteAllText(Path.Combine(inTheWay.FullName, "x"), "");
        File.WriteAllText(state.PathOf("audit.jsonl"), string.Concat(Enumerable.Repeat(new string(' ', 1024 * 1024) + "\n", 17)));
        var logs = new RecordingLogs();
        using var logging = new LoggerFactory([logs]);
        using var file = new AuditFile(state, logging.CreateLogger<AuditFile>());

        file.Append("one\n"u8);
        file.Append("two\n"u8);
        Assert.Equal(["one", "two"], file.Latest(2));
        Assert.Single(logs.Lines, line => line.Id == 2511);

        inTheWay.Delete(recursive: true);
        file.Append("three\n"u8);
        Assert.Equal(["three"], file.Latest(2));
        Assert.Equal(["one", "two"], File.ReadLines(state.PathOf("audit.1.jsonl")).TakeLast(2));
    }

    private async Task StartAsync()
    {
        _host = await ControlPlaneHost.StartAsync(ControlPlaneHost.Settings(_directory), replace: services => services.AddSingleton<IAuditLog>(_log));
        await _host.Services.GetRequiredService<MeshCompiler>().FirstPublished.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    private async Task<HttpResponseMessage> ApplyAsync()
    {
        using var content = new StringContent(Documents.Timeout("calm", "orders", "5s"), Encoding.UTF8, "application/yaml");
        return await _host.Http.PostAsync("/api/v1/policies", content, TestContext.Current.CancellationToken);
    }

    private async Task<string[]> EventsAsync() =>
    [
        .. (await _host.GetAsync("/api/v1/audit")).GetProperty("events").EnumerateArray()
            .Select(e => $"{Text(e, "action")} {Text(e, "target")} {Text(e, "outcome")}"),
    ];

    private static string? Text(JsonElement entry, string name) => entry.GetProperty(name).GetString();
}
