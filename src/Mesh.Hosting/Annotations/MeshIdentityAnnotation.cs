using Aspire.Hosting.ApplicationModel;

namespace Mesh.Hosting.Annotations;

/// <summary>Who the resource is in the mesh. A part that is <see langword="null"/> keeps its default.</summary>
internal sealed record MeshIdentityAnnotation(string? Name, string? Namespace) : IResourceAnnotation;
