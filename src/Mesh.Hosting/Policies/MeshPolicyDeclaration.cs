using Mesh.Model.Policies;

namespace Mesh.Hosting.Policies;

/// <summary>One call in the AppHost that said something about policies.</summary>
/// <param name="Call">The method.</param>
/// <param name="Location"><c>file:line</c> of the call, the file relative to the AppHost; for AppHosts in other languages their file and the call.</param>
/// <param name="Build">Makes the policy, with this one entry, once identities are known.</param>
internal sealed record MeshPolicyDeclaration(string Call, string Location, Func<PolicyScope, Policy> Build);
