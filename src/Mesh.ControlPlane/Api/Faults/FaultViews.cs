using System.Text.Json.Nodes;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Discovery;
using Mesh.Model.Policies.Fault;
using Mesh.Model.Serialization;
using Mesh.Xds.Wire;

namespace Mesh.ControlPlane.Api;

/// <summary>Faults as the API shows them: what was asked for, how long it goes on, and which sidecars have it.</summary>
internal sealed class FaultViews(MeshCompiler compiler, ProxyDirectory directory, TimeProvider time)
{
    /// <summary>One fault.</summary>
    public JsonObject Of(FaultLease lease)
    {
        var view = new JsonObject { ["id"] = lease.Id, ["by"] = lease.By, ["startedAt"] = lease.StartedAt, ["endsAt"] = lease.EndsAt };
        view["secondsLeft"] = Math.Max(0, Math.Ceiling((lease.EndsAt - time.GetUtcNow()).TotalSeconds));
        foreach (var (name, value) in JsonNode.Parse(JsonDocumentWriter.Write(FaultReader.Write(lease.Request)))!.AsObject().ToArray())
        {
            view[name] = value?.DeepClone();
        }

        // In this order: what was applied was published before the sidecars are looked at.
        var applied = compiler.AreLeasesApplied;
        view["sidecars"] = new JsonArray([.. Hit(lease).Select(proxy => new JsonObject
        {
            ["service"] = proxy.Service.ToString(),
            ["replica"] = proxy.Replica,
            ["acknowledged"] = applied && Has(proxy),
        })]);
        return view;
    }

    /// <summary>The sidecars that a fault concerns.</summary>
    public IEnumerable<ProxyView> Hit(FaultLease lease) => compiler.Current is { } state
        ? directory.Proxies.Where(proxy => state.Mesh.Snapshots.TryGetValue(proxy.Service, out var snapshot)
            && FaultCompiler.Compile(proxy.Service, snapshot, lease.Request, lease.Id, lease.By, lease.EndsAt).Any())
        : [];

    private static bool Has(ProxyView proxy) =>
        proxy.Wanted.TryGetValue(TypeUrls.Fault, out var wanted) && proxy.Stream?.Types.GetValueOrDefault(TypeUrls.Fault)?.AckedVersion == wanted;
}
