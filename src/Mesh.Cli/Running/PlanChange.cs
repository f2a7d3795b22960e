using Mesh.Model.Planning;
using Mesh.Model.Topology;

namespace Mesh.Cli.Running;

/// <summary>From one plan to the next while the app runs.</summary>
internal static class PlanChange
{
    /// <summary>The next plan with only what was there before: a sidecar that is told of a listener needs an address for it first.</summary>
    /// <param name="next">What is wanted.</param>
    /// <param name="before">What runs.</param>
    public static MeshPlan WithoutNews(MeshPlan next, MeshPlan before)
    {
        var known = before.Workloads.ToDictionary(w => w.Service.Id, w => w.Service);
        var externals = before.ExternalServices.Select(e => e.Id).ToHashSet();
        return next with
        {
            Workloads = [.. next.Workloads.Where(w => known.ContainsKey(w.Service.Id)).Select(w => w with { Service = WithoutNews(w.Service, known[w.Service.Id]) })],
            ExternalServices = [.. next.ExternalServices.Where(e => externals.Contains(e.Id))],
        };
    }

    private static Service WithoutNews(Service next, Service before) => next with
    {
        Ports = [.. next.Ports.Where(p => before.Port(p.Name) is not null)],
        Uses = [.. next.Uses.Where(u => before.Uses.Any(b => b.Callee == u.Callee && b.Port == u.Port))],
    };
}
