using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.ControlPlane.Tests.Store;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mesh.ControlPlane.Tests.Compilation;

/// <summary>A mistake of ours in whatever is done with a change: the process goes on for everybody else.</summary>
public sealed class CompilerFailureTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private ControlPlaneHost _host = null!;

    private MeshCompiler Compiler => _host.Services.GetRequiredService<MeshCompiler>();

    public async ValueTask InitializeAsync()
    {
        _directory.Write("policies/services.yaml", Documents.All(Documents.Service("storefront", "orders"), Documents.Service("orders")));
        _host = await ControlPlaneHost.StartPublishedAsync(ControlPlaneHost.Settings(_directory));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Compiler_ThatFailsAndFailsAgainAtThePermissions_ServesTheNextChange()
    {
        // The first in order fails, and then the permissions of the one that it may call.
        Compiler.Published += Fail;
        _directory.Write("policies/more.yaml", Documents.Service("accounts", "orders"));
        await Eventually.IsAsync(() => Said(2303) && Said(2305), "both failures");

        Compiler.Published -= Fail;
        _directory.Write("policies/more.yaml", Documents.Service("inventory", "orders"));

        await Eventually.IsAsync(() => Compiler.Current!.Mesh.Snapshots.Keys.Any(service => service.Name == "inventory"), "the next change");
        Assert.False(_host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
    }

    [Fact]
    public async Task Fault_ThatCannotBeApplied_EndsNothing()
    {
        Compiler.Published += Fail;
        var leases = _host.Services.GetRequiredService<FaultLeases>();
        leases.Begin(new() { To = "orders", Effects = new() { Abort = new() { HttpStatus = 503 } }, Duration = TimeSpan.FromMinutes(1) }, "ann");
        await Eventually.IsAsync(() => Said(2306), "the failure");
        Assert.False(Compiler.AreLeasesApplied);

        Compiler.Published -= Fail;
        _directory.Write("policies/more.yaml", Documents.Service("inventory", "orders"));

        await Eventually.IsAsync(() => Compiler.AreLeasesApplied, "the fault applied with the next change");
        Assert.False(_host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
    }

    private bool Said(int id) => _host.Logs.Lines.Any(line => line.Id == id);

    private static void Fail(ServiceId service, ProxySnapshot? before, ProxySnapshot after) => throw new NotSupportedException("a mistake of ours");
}
