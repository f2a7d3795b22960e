namespace Mesh.Model.Bootstrap;

/// <summary>
/// A directory in which the control plane keeps <c>token</c> and <c>roots.pem</c> for one service's sidecars, as Kubernetes does with projected volumes. Whoever can read it is that service:
/// it is a volume that only the control plane and that sidecar mount.
/// </summary>
/// <param name="Service">The service, <c>namespace/name</c>.</param>
/// <param name="Directory">Absolute path; files in it are of mode 0600, and replaced as a whole.</param>
public sealed record IdentityDirectory(string Service, string Directory);
