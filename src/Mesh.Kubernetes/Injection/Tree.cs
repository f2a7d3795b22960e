using Mesh.Kubernetes.Manifests;
using Mesh.Model.Serialization;

namespace Mesh.Kubernetes.Injection;

/// <summary>Looks into trees of objects, and changes them.</summary>
internal static class Tree
{
    public static string? Text(ObjectNode node, params ReadOnlySpan<string> path) => At(node, path) is ScalarNode { Kind: not ScalarKind.Null } scalar ? scalar.Text : null;

    public static IEnumerable<ObjectNode> Items(ObjectNode node, params ReadOnlySpan<string> path) => At(node, path) is ListNode list ? list.Items.OfType<ObjectNode>() : [];

    /// <summary>The tree with another object at the path; what is not there yet is made.</summary>
    public static ObjectNode Edit(ObjectNode node, ReadOnlySpan<string> path, Func<ObjectNode, ObjectNode> change) => path.IsEmpty
        ? change(node)
        : Node.With(node, (path[0], Edit(node[path[0]] as ObjectNode ?? new ObjectNode([]), path[1..], change)));

    /// <summary>The object with another list; without it where the list would be empty.</summary>
    public static ObjectNode EditItems(ObjectNode node, string name, Func<ObjectNode, ObjectNode> change) =>
        node[name] is ListNode list ? Node.With(node, (name, new ListNode([.. list.Items.Select(i => i is ObjectNode o ? change(o) : i)]))) : node;

    private static DocumentNode? At(ObjectNode node, ReadOnlySpan<string> path)
    {
        DocumentNode? at = node;
        foreach (var name in path)
        {
            at = (at as ObjectNode)?[name];
        }

        return at;
    }
}
