using Mesh.Model.Policies;

namespace Mesh.Hosting;

/// <summary>A policy that the AppHost declared.</summary>
/// <param name="Build">Makes it once identities are known.</param>
/// <param name="Location"><c>file:line</c> of the call, the file relative to the AppHost.</param>
internal sealed record MeshPolicyDeclaration(Func<MeshIdentities, Policy> Build, string Location);
