using Aspire.Hosting.ApplicationModel;

namespace Mesh.Hosting.Annotations;

/// <summary>The resource gets no sidecar.</summary>
/// <param name="MayCall">Whether its calls into the mesh pass without an identity.</param>
internal sealed record OutsideMeshAnnotation(bool MayCall) : IResourceAnnotation;
