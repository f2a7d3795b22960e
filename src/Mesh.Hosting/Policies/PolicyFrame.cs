using Mesh.Model;
using Mesh.Model.Policies.Targeting;
using Mesh.Model.Resources;

namespace Mesh.Hosting.Policies;

/// <summary>What is around the settings of a policy.</summary>
/// <param name="Metadata">Its name and namespace.</param>
/// <param name="Origin">The call that said it.</param>
/// <param name="TargetRef">Whose sidecars are meant.</param>
/// <param name="To">For settings of the calling side: which upstreams.</param>
internal sealed record PolicyFrame(ResourceMetadata Metadata, Origin Origin, TargetRef TargetRef, TargetRef To);
