using System.Globalization;
using Mesh.Model.Validation;

namespace Mesh.Model.Serialization;

/// <summary>One document of a text.</summary>
/// <param name="SourceName">How people call the text, such as <c>policies/orders.yaml</c>; relative, for origins show it.</param>
/// <param name="Root">Its content.</param>
public sealed record MeshDocument(string SourceName, ObjectNode Root) : ISourceLines
{
    /// <summary>The longest side of a text that is read, in bytes: 1 MiB, what etcd and Kubernetes take at most for an object.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>The deepest nesting that is read. Our own schema needs 10.</summary>
    public const int MaxDepth = 32;

    /// <summary>The first line of the document.</summary>
    public int Line => Root.Line;

    /// <inheritdoc />
    public int LineOf(FieldPath path)
    {
        DocumentNode node = Root;
        var line = Root.Line;
        var rest = path.Text ?? "";
        while (rest.Length > 0)
        {
            if (rest[0] == '[')
            {
                var end = rest.IndexOf(']', StringComparison.Ordinal);
                if (end < 0 || node is not ListNode list || !int.TryParse(rest.AsSpan(1, end - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index >= list.Items.Length)
                {
                    return line;
                }

                (node, rest) = (list.Items[index], rest[(end + 1)..].TrimStart('.'));
                line = node.Line;
                continue;
            }

            // Names may hold dots (labels such as app.kubernetes.io/name): the longest name that fits is meant.
            var member = (node as ObjectNode)?.Members.Where(m => StartsWithName(rest, m.Name)).MaxBy(m => m.Name.Length);
            if (member is null)
            {
                return line;
            }

            (node, line, rest) = (member.Value, member.Line, rest[member.Name.Length..].TrimStart('.'));
        }

        return line;
    }

    private static bool StartsWithName(string path, string name) =>
        path.StartsWith(name, StringComparison.Ordinal) && (path.Length == name.Length || path[name.Length] is '.' or '[');
}
