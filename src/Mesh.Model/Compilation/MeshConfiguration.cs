using System.Collections.Immutable;
using Mesh.Model.Identity;
using Mesh.Model.Policies;
using Mesh.Model.Resources;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Model.Compilation;

/// <summary>Resources sorted into what there is and how it behaves: the compiler's two inputs.</summary>
/// <param name="Topology">Services, external services, edges.</param>
/// <param name="Policies">Everything else.</param>
/// <param name="Warnings">Resources that were left out because another one has their name.</param>
public sealed record MeshConfiguration(MeshTopology Topology, PolicySet Policies, ImmutableArray<CompileWarning> Warnings)
{
    /// <summary>Policies that are only rehearsed: evaluated and reported, and part of nothing that is served.</summary>
    public PolicySet Rehearsed { get; init; } = PolicySet.Empty;

    /// <summary>What the sidecars would do if rehearsed policies were in force too.</summary>
    /// <param name="which">Which of them; <see langword="null"/>: all.</param>
    public CompiledMesh Rehearse(Func<Policy, bool>? which = null) =>
        SnapshotCompiler.Compile(Topology, PolicySet.Of(Policies.All.Concat(Rehearsed.All.Where(which ?? (_ => true)))));

    /// <summary>Sorts resources. Of two of the same kind and name the later one stands; a service beats an external service of the same name.</summary>
    public static MeshConfiguration Of(TrustDomain trustDomain, IEnumerable<DeclaredResource> resources)
    {
        var byKey = new SortedDictionary<ResourceKey, DeclaredResource>();
        foreach (var resource in resources)
        {
            byKey[resource.Key] = resource;
        }

        var services = ImmutableSortedDictionary.CreateBuilder<ServiceId, Service>();
        foreach (var service in byKey.Values.OfType<ServiceResource>())
        {
            services.Add(service.Id, service.ToService());
        }

        var warnings = ImmutableArray.CreateBuilder<CompileWarning>();
        var externals = ImmutableSortedDictionary.CreateBuilder<ServiceId, ExternalService>();
        foreach (var resource in byKey.Values.OfType<ExternalServiceResource>())
        {
            var external = resource.ToExternalService();
            if (services.TryGetValue(external.Id, out var service))
            {
                var at = FieldPath.Root / "metadata" / "name";
                warnings.Add(new CompileWarning(resource.Key, at, $"is left out: {external.Id} is a service already ({service.Origin.Location}); rename one of them", resource.OriginAt(at)) { Rule = Linting.LintRules.NameTaken });
            }
            else
            {
                externals.Add(external.Id, external);
            }
        }

        var topology = new MeshTopology { TrustDomain = trustDomain, Services = services.ToImmutable(), ExternalServices = externals.ToImmutable() };
        var policies = byKey.Values.OfType<Policy>().ToLookup(p => p.IsRehearsed);
        return new MeshConfiguration(topology, PolicySet.Of(policies[false]), warnings.DrainToImmutable()) { Rehearsed = PolicySet.Of(policies[true]) };
    }
}
