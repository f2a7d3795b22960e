using System.Collections.Immutable;
using Mesh.ControlPlane.Store;
using Mesh.Model.Compilation;
using Mesh.Model.Identity;
using Mesh.Xds.Codecs;
using Mesh.Xds.Validation;

namespace Mesh.ControlPlane.Compilation;

/// <summary>Compiles without publishing: what a change over the API is tried with before it is written.</summary>
internal static class MeshCompilation
{
    /// <summary>Compiles what was declared.</summary>
    public static (MeshConfiguration Configuration, CompiledMesh Mesh) Compile(TrustDomain trustDomain, StoredConfiguration stored)
    {
        var configuration = MeshConfiguration.Of(trustDomain, stored.InForce);
        return (configuration, SnapshotCompiler.Compile(configuration.Topology, configuration.Policies));
    }

    /// <summary>What breaks a rule of the wire, by profile: none of it could be published.</summary>
    public static ImmutableSortedDictionary<string, string> Refusals(CompiledMesh mesh)
    {
        var refusals = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (service, snapshot) in mesh.Snapshots)
        {
            var violations = XdsValidator.Validate(SnapshotCodec.Encode(snapshot));
            if (!violations.IsEmpty)
            {
                refusals[service.ToString()] = string.Join("; ", violations);
            }
        }

        return refusals.ToImmutable();
    }
}
