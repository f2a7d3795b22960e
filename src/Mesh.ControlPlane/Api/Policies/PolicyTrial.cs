using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Store;
using Mesh.Model.Bootstrap;
using Mesh.Model.Identity;

namespace Mesh.ControlPlane.Api;

/// <summary>Tries changes before they are written: what could not be published is refused, what will not do what is meant is said.</summary>
internal sealed class PolicyTrial(ConfigurationStore store, MeshCompiler compiler, ControlPlaneSettings settings)
{
    private readonly TrustDomain _trustDomain = TrustDomain.Parse(settings.TrustDomain);

    /// <summary>Compiles with the changes.</summary>
    public TriedChanges Run(IReadOnlyCollection<PolicyChange> changes)
    {
        var tried = MeshCompilation.Of(_trustDomain, store.Preview(changes), compiler.Latest);
        var known = compiler.Current?.Refused;
        return new TriedChanges(
            changes,
            [
                .. tried.Refusals()
                    .Where(r => known?.ContainsKey(r.Key) != true)
                    .Select(r => new DocumentViolation(null, $"snapshot of {r.Key}", r.Value, null)),
            ],
            tried);
    }
}
