namespace Mesh.Hosting.Testing;

/// <summary>One decision about a request.</summary>
/// <param name="Sidecar">The service whose sidecar decides, <c>namespace/name</c>.</param>
/// <param name="Topic">What about: <c>edge</c>, <c>path</c>, <c>route</c>, <c>permission</c>, or a setting such as <c>timeout.request</c>.</param>
/// <param name="Decision">What it decides.</param>
/// <param name="Origin">Who said so, with file and line where there is one; empty: nobody, it is a default.</param>
/// <param name="Ends">Whether the request ends here.</param>
public sealed record MeshDecision(string Sidecar, string Topic, string Decision, string Origin, bool Ends);
