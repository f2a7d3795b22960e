using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.Models;
using Mesh.Testing.Kubernetes;

namespace Mesh.Hosting.Kubernetes.Tests.Nodes;

/// <summary>A pod that runs.</summary>
internal sealed class RunningPod(V1PodTemplateSpec template, string ns, string name, Sandbox sandbox, FakeKubernetes api)
{
    private bool _isEnding;

    public string Name { get; } = name;

    /// <summary>Where its processes are.</summary>
    public Sandbox Sandbox { get; } = sandbox;

    /// <summary>Its native sidecars.</summary>
    public List<Container> Sidecars { get; } = [];

    /// <summary>Its containers.</summary>
    public List<Container> Containers { get; } = [];

    /// <summary>What its processes wrote.</summary>
    public string Said => string.Join("\n\n", Sidecars.Concat(Containers).Select(c => $"{Name} {c.Said}"));

    private string ApiPath => $"api/v1/namespaces/{ns}/pods/{Name}";

    /// <summary>Writes the pod as the API server has it.</summary>
    public void Tell(bool isReady)
    {
        var metadata = new JsonObject
        {
            ["labels"] = JsonSerializer.SerializeToNode(template.Metadata.Labels),
            ["creationTimestamp"] = "2026-01-02T03:04:05Z",
        };
        if (_isEnding)
        {
            metadata["deletionTimestamp"] = "2026-01-02T03:05:05Z";
        }

        api.Objects.Put(ApiPath, new JsonObject
        {
            ["metadata"] = metadata,
            ["spec"] = new JsonObject
            {
                ["serviceAccountName"] = template.Spec.ServiceAccountName,
                ["nodeName"] = "node-1",
                ["containers"] = new JsonArray([.. template.Spec.Containers.Select(c => new JsonObject
                {
                    ["name"] = c.Name,
                    ["ports"] = new JsonArray([.. (c.Ports ?? []).Select(p => new JsonObject { ["name"] = p.Name, ["containerPort"] = p.ContainerPort })]),
                })]),
            },
            ["status"] = new JsonObject
            {
                ["phase"] = "Running",
                ["podIP"] = Sandbox.Address,
                ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = isReady ? "True" : "False" }),
            },
        }.ToJsonString());
    }

    /// <summary>
    /// Ends it as a kubelet does: it is marked; everything that containers want done before they end begins at once, that of sidecars too; then apps are told to end; when they have, sidecars are.
    /// </summary>
    public async Task EndAsync()
    {
        _isEnding = true;
        Tell(isReady: true);
        var sidecars = Sidecars.Select(s => s.PrepareEndAsync()).ToList();
        await Task.WhenAll(Containers.Select(async c =>
        {
            await c.PrepareEndAsync();
            await c.EndAsync();
        }));
        await Task.WhenAll(sidecars);
        foreach (var sidecar in Enumerable.Reverse(Sidecars))
        {
            await sidecar.EndAsync();
        }

        api.Objects.Delete(ApiPath);
        await Sandbox.DisposeAsync();
    }
}
