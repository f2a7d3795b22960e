using Mesh.ControlPlane.Api;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Store;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.ControlPlane.Tests.Store;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;
using Mesh.Testing;
using Mesh.Yaml;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.ControlPlane.Tests.Api;

public sealed class PolicyTrialTests : IAsyncLifetime
{
    private static readonly ResourceKey Calm = new("Timeout", "default", "calm");

    private readonly TemporaryDirectory _directory = new();
    private ControlPlaneHost _host = null!;

    private MeshCompiler Compiler => _host.Services.GetRequiredService<MeshCompiler>();

    private ConfigurationStore Store => _host.Services.GetRequiredService<ConfigurationStore>();

    public async ValueTask InitializeAsync()
    {
        _directory.Write("policies/topology.yaml", Documents.All(Documents.Service("orders"), Documents.Service("shop", "orders")));
        _host = await ControlPlaneHost.StartAsync(ControlPlaneHost.Settings(_directory));
        await Compiler.FirstPublished.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Write_WhatWasTried_IsPublishedWithoutCompilingAgain()
    {
        var changes = new[] { Change("1s") };
        var (_, violations, tried) = _host.Services.GetRequiredService<PolicyTrial>().Run(changes);

        Compiler.Offer(tried);
        Store.Write("admin", "apply", changes, tried.Stored);
        await Eventually.IsAsync(() => ReferenceEquals(Compiler.Current!.Stored, Store.Current));

        Assert.Empty(violations);
        Assert.Same(tried.Mesh, Compiler.Current!.Mesh);
        Assert.Equal("api/Timeout/default/calm@1:1", Store.Current.InForce.Single(r => r.Key == Calm).Origin.Location);
    }

    [Fact]
    public async Task Write_SomethingElseChangedSinceTheTrial_IsCompiledWithBoth()
    {
        var changes = new[] { Change("1s") };
        var tried = _host.Services.GetRequiredService<PolicyTrial>().Run(changes).Compilation;
        Store.Write("other", "apply", [Change("3s", "other")]);

        Compiler.Offer(tried);
        Store.Write("admin", "apply", changes, tried.Stored);
        await Eventually.IsAsync(() => ReferenceEquals(Compiler.Current!.Stored, Store.Current));

        Assert.NotSame(tried.Mesh, Compiler.Current!.Mesh);
        Assert.Contains(Store.Current.InForce, r => r.Metadata.Name == "other");
        Assert.Equal("api/Timeout/default/calm@2:1", Store.Current.InForce.Single(r => r.Key == Calm).Origin.Location);
    }

    [Fact]
    public void Preview_OfManyChanges_HasTheOriginsOfTheWrite()
    {
        var changes = new[] { Change("1s", "b"), new PolicyChange(Calm, null), Change("2s", "a") };

        var preview = Store.Preview(changes);
        Store.Write("admin", "apply", changes);

        Assert.Equal(Store.Current.InForce.Select(r => r.Origin), preview.InForce.Select(r => r.Origin));
    }

    private static PolicyChange Change(string request, string name = "calm")
    {
        var document = DocumentReader.Read(Documents.Timeout(name, "orders", request), "x.yaml").Documents[0];
        var resource = ResourceReader.Read(document).Resource!;
        return new(resource.Key, JsonDocumentWriter.Write(ResourceWriter.Write(resource)));
    }
}
