using System.Text.Json.Nodes;

namespace Mesh.Testing.Kubernetes;

/// <summary>One change of the fake API server: what its watches tell.</summary>
/// <param name="Version">The resource version.</param>
/// <param name="Kind"><c>ADDED</c>, <c>MODIFIED</c>, <c>DELETED</c>.</param>
/// <param name="GroupVersion">The group and its version.</param>
/// <param name="Resource">The resource.</param>
/// <param name="Object">The object as it was then.</param>
internal sealed record FakeChange(long Version, string Kind, string GroupVersion, string Resource, JsonObject Object);
