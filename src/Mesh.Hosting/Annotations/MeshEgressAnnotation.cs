using Aspire.Hosting.ApplicationModel;

namespace Mesh.Hosting.Annotations;

/// <summary>An external service is reached through sidecars.</summary>
/// <param name="Egress">How.</param>
/// <param name="Directory">What files are relative to.</param>
/// <param name="Location">Where that was said.</param>
internal sealed record MeshEgressAnnotation(MeshEgress Egress, string Directory, string Location) : IResourceAnnotation;
