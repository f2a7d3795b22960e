using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Diagnostics;
using Mesh.Hosting.Reading;
using Mesh.Model.Identity;
using Mesh.Model.Planning;
using Mesh.Model.Policies;

namespace Mesh.Hosting.Policies;

/// <summary>What the AppHost says of its planned mesh, as policies.</summary>
internal static class DeclaredPolicies
{
    /// <summary>Makes them; all mistakes at once.</summary>
    /// <exception cref="Aspire.Hosting.DistributedApplicationException">Something that was said is wrong.</exception>
    public static ImmutableArray<Policy> Of(MeshResource mesh, TrustDomain trustDomain, AppReading reading, MeshPlan plan, MeshDeclarations declarations, DistributedApplicationModel model)
    {
        var identities = new MeshIdentities(mesh.Options.Namespace);
        var members = reading.Workloads.Values.ToHashSet<IResource>();
        var policies = new AppHostPolicies(identities, trustDomain, r => members.Contains(r) || plan.ExternalServices.Any(e => e.Id == identities.Of(r)));
        var made = policies.Make(declarations.Policies);
        List<string> errors = [.. MisplacedCalls.In(model, isPublished: false), .. policies.Errors];
        return errors.Count == 0 ? made : throw MeshDiagnostics.Misused(errors);
    }
}
