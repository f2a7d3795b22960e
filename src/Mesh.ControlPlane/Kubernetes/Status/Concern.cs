using System.Collections.Immutable;
using Mesh.ControlPlane.Compilation;
using Mesh.Model.Resources;
using Mesh.Model.Topology;

namespace Mesh.ControlPlane.Kubernetes.Status;

/// <summary>Which services' sidecars do something because a document says so.</summary>
internal static class Concern
{
    /// <summary>The services by document; one that is missing concerns nobody.</summary>
    public static Dictionary<ResourceKey, ImmutableHashSet<ServiceId>> Of(CompilationState state)
    {
        var concerned = new Dictionary<ResourceKey, ImmutableHashSet<ServiceId>>();
        foreach (var (service, settings) in state.Mesh.Explanations)
        {
            foreach (var origin in settings.Select(s => (s.Origin.Kind, s.Origin.Name)).Distinct())
            {
                if (origin.Name.Split('/') is [var space, var name])
                {
                    Add(new ResourceKey(origin.Kind, space, name), service);
                }
            }
        }

        foreach (var service in state.Configuration.Topology.Services.Values)
        {
            Add(new ResourceKey(ServiceResource.KindName, service.Id.Namespace, service.Id.Name), service.Id);
            foreach (var edge in service.Uses.Where(e => !state.Configuration.Topology.Services.ContainsKey(e.Callee)))
            {
                Add(new ResourceKey(ExternalServiceResource.KindName, edge.Callee.Namespace, edge.Callee.Name), service.Id);
            }
        }

        return concerned;

        void Add(ResourceKey key, ServiceId service) => concerned[key] = concerned.GetValueOrDefault(key, []).Add(service);
    }
}
