using System.Text.Json.Nodes;

namespace Mesh.ControlPlane.Kubernetes.Wire;

/// <summary>One line of a watch.</summary>
/// <param name="Kind"><c>ADDED</c>, <c>MODIFIED</c>, <c>DELETED</c>, <c>BOOKMARK</c> or <c>ERROR</c>.</param>
/// <param name="Object">The object; of a bookmark only its resource version, of an error a Status.</param>
internal sealed record WatchEvent(string Kind, JsonObject Object);
