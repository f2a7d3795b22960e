using System.Globalization;
using Mesh.Model.Serialization;

namespace Mesh.Kubernetes.Manifests;

/// <summary>Short ways to write down the tree of a Kubernetes object.</summary>
internal static class Node
{
    /// <summary>An object; members without a value are left out.</summary>
    public static ObjectNode Object(params ReadOnlySpan<(string Name, DocumentNode? Value)> members) =>
        new([.. members.ToArray().Where(m => m.Value is not null).Select(m => new DocumentMember(m.Name, m.Value!))]);

    /// <summary>Names and texts, in the order given.</summary>
    public static ObjectNode Map(IEnumerable<KeyValuePair<string, string>> entries) => new([.. entries.Select(e => new DocumentMember(e.Key, Text(e.Value)))]);

    public static ListNode List(params IEnumerable<DocumentNode> items) => new([.. items]);

    public static ListNode Texts(params IEnumerable<string> texts) => new([.. texts.Select(Text)]);

    /// <summary>A list, or nothing where it would be empty.</summary>
    public static ListNode? ListOrNone(params IEnumerable<DocumentNode> items) => List(items) is { Items.IsEmpty: false } list ? list : null;

    public static ScalarNode Text(string text) => ScalarNode.Of(text);

    public static ScalarNode Number(long value) => new(ScalarKind.Number, value.ToString(CultureInfo.InvariantCulture));

    public static ScalarNode Yes { get; } = new(ScalarKind.Boolean, "true");

    public static ScalarNode No { get; } = new(ScalarKind.Boolean, "false");

    /// <summary>The object with further members, or other values for those it has.</summary>
    public static ObjectNode With(ObjectNode node, params ReadOnlySpan<(string Name, DocumentNode Value)> members)
    {
        var all = node.Members.ToList();
        foreach (var (name, value) in members)
        {
            var at = all.FindIndex(m => m.Name == name);
            if (at < 0)
            {
                all.Add(new DocumentMember(name, value));
            }
            else
            {
                all[at] = new DocumentMember(name, value);
            }
        }

        return new ObjectNode([.. all]);
    }
}
