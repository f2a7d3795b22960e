using Aspire.Hosting.ApplicationModel;

namespace Mesh.Hosting.Annotations;

/// <summary>The environment variable's value goes to browsers, which have no sidecar.</summary>
internal sealed record BrowserVariableAnnotation(string Name) : IResourceAnnotation;
