using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Kubernetes.Documents;
using Mesh.ControlPlane.Kubernetes.Status;
using Mesh.ControlPlane.Kubernetes.Wire;
using Mesh.ControlPlane.Store;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.Model.Topology;

namespace Mesh.ControlPlane.Tests.Kubernetes;

public sealed class ResourceStatusTests
{
    private static readonly ServiceId Web = new("shop", "web");
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void Of_WhatASidecarCannotBeTold_IsNotProgrammedAlthoughAllAcknowledgedTheLastGoodOne()
    {
        var (resource, state) = Read(refused: true);

        var status = ResourceStatus.Of(resource, state, [Web], concerned: 2, acknowledged: 2, Now)!;

        Assert.Equal(("False", "Refused"), Condition(status, "Programmed"));
        Assert.Equal(("True", "Accepted"), Condition(status, "Accepted"));
    }

    [Fact]
    public void Of_WhatASidecarRefuses_IsNotProgrammedAndSaysWhy()
    {
        var (resource, state) = Read(refused: false);

        var status = ResourceStatus.Of(resource, state, [Web], concerned: 2, acknowledged: 1, Now, "web-1 (mesh-proxy 0.0.9) refuses field 7")!;

        Assert.Equal(("False", "RefusedBySidecars"), Condition(status, "Programmed"));
        Assert.Contains("1 of 2 sidecars have it in force. web-1 (mesh-proxy 0.0.9) refuses field 7", status.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_WhatTheStatusSaysAlready_IsNothing()
    {
        var (resource, state) = Read(refused: false);
        var first = ResourceStatus.Of(resource, state, [Web], 2, 2, Now)!;
        var there = (JsonObject)JsonNode.Parse(first.ToJsonString())!;
        there.Remove("lastGood");

        Assert.Null(ResourceStatus.Of(resource with { Status = there }, state, [Web], 2, 2, Now.AddDays(1)));
    }

    [Fact]
    public void Of_ConditionThatChanges_HasANewTransitionAndTheOtherKeepsItsOwn()
    {
        var (resource, state) = Read(refused: false);
        var there = (JsonObject)JsonNode.Parse(ResourceStatus.Of(resource, state, [Web], 2, 1, Now)!.ToJsonString())!;

        var later = ResourceStatus.Of(resource with { Status = there }, state, [Web], 2, 2, Now.AddMinutes(1))!;

        Assert.Equal("2026-01-02T03:04:05Z", Since(later, "Accepted"));
        Assert.Equal("2026-01-02T03:05:05Z", Since(later, "Programmed"));
    }

    private static (CustomResource Resource, CompilationState State) Read(bool refused)
    {
        var found = (JsonObject)JsonNode.Parse("""{ "metadata": { "name": "web", "generation": 3 }, "spec": { "ports": [ { "name": "http", "protocol": "http" } ] } }""")!;
        var resource = CustomResourceReader.Read("Service", ObjectPath.Document("Service", "shop"), found, null, Now);
        var compilation = MeshCompilation.Of(ControlPlaneHost.TrustDomain, StoredConfiguration.Merge([resource.Entry], []), null);
        var why = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
        return (resource, new CompilationState(compilation.Stored, compilation.Configuration, compilation.Mesh, Now, refused ? why.Add(Web.ToString(), "too long") : why));
    }

    private static JsonNode Of(JsonObject status, string type) => status["conditions"]!.AsArray().Single(c => (string?)c!["type"] == type)!;

    private static (string?, string?) Condition(JsonObject status, string type) => ((string?)Of(status, type)["status"], (string?)Of(status, type)["reason"]);

    private static string? Since(JsonObject status, string type) => (string?)Of(status, type)["lastTransitionTime"];
}
