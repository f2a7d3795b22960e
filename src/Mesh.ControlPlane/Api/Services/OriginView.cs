using Mesh.Model;

namespace Mesh.ControlPlane.Api;

/// <summary>Who said so, for people and tools.</summary>
/// <param name="Kind">The document's kind, <c>Edge</c> or <c>Default</c>.</param>
/// <param name="Name">The policy's <c>namespace/name</c>; for an edge <c>caller → callee</c>.</param>
/// <param name="Location"><c>file:line</c>.</param>
/// <param name="Rule">Path of the rule inside the document.</param>
internal sealed record OriginView(string Kind, string Name, string? Location, string? Rule)
{
    public static OriginView Of(Origin origin) => new(origin.Kind, origin.Name, origin.Location, origin.Rule);
}
