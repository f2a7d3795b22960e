using System.Text.Json.Nodes;
using Mesh.ControlPlane.Authority;
using Mesh.ControlPlane.Kubernetes.Leading;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.Kubernetes.Definitions;
using Mesh.Model.Identity;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;
using Mesh.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.ControlPlane.Tests.Kubernetes;

/// <summary>The lease and what its holder does, against hand-written exchanges.</summary>
public sealed class LeaderTests : IAsyncLifetime
{
    private const string Lease = "apis/coordination.k8s.io/v1/namespaces/shop-mesh/leases/mesh-control-plane";
    private const string Roots = "api/v1/namespaces/shop/configmaps/mesh-roots";
    private const string Definition = "apis/apiextensions.k8s.io/v1/customresourcedefinitions/timeouts.mesh.dev";

    private Cluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await Cluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Lease_OfTwoReplicas_OneHoldsItAndTheOtherTakesOverWhenItStops()
    {
        var hosts = new[] { await _cluster.RunAsync(), await _cluster.RunAsync() };
        await Eventually.IsAsync(() => hosts.Count(Leads) == 1, "one leader");
        var (first, second) = Leads(hosts[0]) ? (hosts[0], hosts[1]) : (hosts[1], hosts[0]);

        await first.DisposeAsync();

        await Eventually.IsAsync(() => Leads(second), "the other one leads");
        Assert.Equal(1, (int?)_cluster.Api.Objects.Find(Lease)!["spec"]!["leaseTransitions"]);
    }

    [Fact]
    public async Task Lease_TakenByAnother_EndsTheLeadersWork()
    {
        var host = await _cluster.RunAsync();
        await Eventually.IsAsync(() => Leads(host), "a leader");

        Hold("another");
        await Eventually.IsAsync(() => !Leads(host), "no leader");
        Assert.Single(host.Logs.Lines, l => l.Id == 2641);

        // What a leader would write down at once is written only after the lease is its own again.
        _cluster.Api.Requests.Clear();
        await host.Services.GetRequiredService<OwnAuthority>().AddRootAsync(TestContext.Current.CancellationToken);
        Hold("");
        await Eventually.IsAsync(() => Published()?.Roots.Length == 2, "the new roots");

        Assert.Equal([$"PUT {Lease}", $"PUT {Roots}"], _cluster.Api.Requests.Where(r => r.StartsWith("PUT", StringComparison.Ordinal) && !r.Contains("secrets", StringComparison.Ordinal)).Distinct().Take(2));
    }

    [Fact]
    public async Task Roots_MissingChangedOrRotated_AreWhatTheAuthorityTrusts()
    {
        var host = await _cluster.RunAsync();
        var authority = host.Services.GetRequiredService<OwnAuthority>();
        await Eventually.IsAsync(() => authority.Current.Bundle.Equals(Published()), "the roots");

        await authority.AddRootAsync(TestContext.Current.CancellationToken);

        await Eventually.IsAsync(() => authority.Current.Bundle.Equals(Published()) && authority.Current.Bundle.Roots.Length == 2, "both roots");
        Assert.DoesNotContain("PRIVATE", _cluster.Api.Objects.Find(Roots)!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Definitions_Missing_AreMadeAndDocumentsAreRead()
    {
        _cluster.Api.Objects.NeedsDefinitions = true;

        var host = await _cluster.RunPublishedAsync();

        Assert.All(CustomResourceNames.Kinds, k =>
            Assert.Equal(CustomResourceDefinitions.ThisVersion, Version(_cluster.Api.Objects.Find($"apis/apiextensions.k8s.io/v1/customresourcedefinitions/{CustomResourceNames.PluralOf(k)}.mesh.dev"))));
        Assert.True(Leads(host));
    }

    [Fact]
    public async Task Definition_ThatCannotBeBroughtUp_HoldsUpNoOther()
    {
        var first = (string)JsonNode.Parse(JsonDocumentWriter.Write(CustomResourceDefinitions.All[0]))!["metadata"]!["name"]!;
        foreach (var kind in CustomResourceNames.Kinds)
        {
            _cluster.Api.Objects.Put($"apis/apiextensions.k8s.io/v1/customresourcedefinitions/{CustomResourceNames.PluralOf(kind)}.mesh.dev", """{ "metadata": { "annotations": { "mesh.dev/version": "0.0.1" } }, "spec": { "group": "old" } }""");
        }

        _cluster.Api.Forbidding = (method, path) => method == "PUT" && path.EndsWith($"/{first}", StringComparison.Ordinal);
        var host = await _cluster.RunAsync();

        await Eventually.IsAsync(() => CustomResourceNames.Kinds.Count(k => Version(Found(k)) == CustomResourceDefinitions.ThisVersion) == CustomResourceNames.Kinds.Count - 1, "every other definition");
        Assert.Contains(host.Logs.Lines, l => l.Id == 2663 && l.Text.Contains(first, StringComparison.Ordinal));

        _cluster.Api.Forbidding = null;
        await Eventually.IsAsync(() => CustomResourceNames.Kinds.All(k => Version(Found(k)) == CustomResourceDefinitions.ThisVersion), "every definition");
    }

    [Theory]
    [InlineData("0.0.1", true)]
    [InlineData(null, true)]
    [InlineData("999.0.0", false)]
    public async Task Definition_OfAnotherVersion_IsOnlyBroughtForward(string? there, bool changes)
    {
        var annotations = there is null ? "{}" : $$"""{ "mesh.dev/version": "{{there}}", "kept": "yes" }""";
        _cluster.Api.Objects.Put(Definition, $$"""{ "metadata": { "annotations": {{annotations}} }, "spec": { "group": "old" }, "status": { "storedVersions": [ "v1alpha1" ] } }""");

        await _cluster.RunAsync();
        await Eventually.IsAsync(() => Version(_cluster.Api.Objects.Find(Definition.Replace("timeouts", "trafficpermissions", StringComparison.Ordinal))) is not null, "the definition after it in order");
        await Eventually.IsAsync(() => CustomResourceNames.Kinds.All(k => Found(k) is not null), "every definition");

        var found = _cluster.Api.Objects.Find(Definition)!;
        Assert.Equal(changes ? CustomResourceDefinitions.ThisVersion : there, Version(found));
        Assert.Equal(changes ? "mesh.dev" : "old", (string?)found["spec"]!["group"]);
        Assert.Equal("v1alpha1", (string?)found["status"]!["storedVersions"]![0]);
        Assert.Equal(there is null ? null : "yes", (string?)found["metadata"]!["annotations"]!["kept"]);
    }

    [Theory]
    [InlineData("0.1.0", "0.2.0", true)]
    [InlineData("0.9.0", "0.10.0", true)]
    [InlineData("1.0.0", "0.10.0", false)]
    [InlineData("0.1.0", "0.1.0", false)]
    [InlineData("0.2.0-rc.1+5", "0.1.0", false)]
    [InlineData("nonsense", "0.1.0", true)]
    public void IsOlder_Versions_AreComparedByNumber(string there, string ours, bool older) => Assert.Equal(older, DefinitionUpkeep.IsOlder(there, ours));

    private void Hold(string holder)
    {
        var lease = _cluster.Api.Objects.Find(Lease)!;
        lease["spec"]!["holderIdentity"] = holder;
        _cluster.Api.Objects.Put(Lease, lease.ToJsonString());
    }

    private static bool Leads(ControlPlaneHost host) => host.Services.GetRequiredService<LeaderLease>().IsLeader;

    private static string? Version(JsonObject? definition) => (string?)definition?["metadata"]?["annotations"]?["mesh.dev/version"];

    private JsonObject? Found(string kind) => _cluster.Api.Objects.Find($"apis/apiextensions.k8s.io/v1/customresourcedefinitions/{CustomResourceNames.PluralOf(kind)}.mesh.dev");

    private TrustBundle? Published() => (string?)_cluster.Api.Objects.Find(Roots)?["data"]?["roots.pem"] is { } pem ? TrustBundle.FromPem([pem]) : null;
}
