using Envoy.Config.Rbac.V3;

namespace Mesh.Xds.Codecs;

/// <summary>What an RBAC filter says, of HTTP or of the network.</summary>
/// <param name="Rules">What it enforces.</param>
/// <param name="Shadow">What it rehearses.</param>
internal sealed record RbacFilter(RBAC? Rules, RBAC? Shadow);
