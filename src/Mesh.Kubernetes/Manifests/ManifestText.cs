using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Mesh.Model.Serialization;

namespace Mesh.Kubernetes.Manifests;

/// <summary>
/// Writes objects as the block YAML that people know from Kubernetes. A project without packages can use it, such as the integration of an AppHost, which must not
/// bring a YAML library of another version than the app's own.
/// </summary>
public static partial class ManifestText
{
    /// <summary>One document.</summary>
    public static string Write(DocumentNode node)
    {
        var text = new StringBuilder();
        Append(text, node, indent: 0, inList: false);
        return text.ToString();
    }

    /// <summary>Several documents, divided by <c>---</c>.</summary>
    public static string Write(IEnumerable<DocumentNode> nodes) => string.Join("---\n", nodes.Select(Write));

    private static void Append(StringBuilder text, DocumentNode node, int indent, bool inList)
    {
        switch (node)
        {
            case ObjectNode { Members.IsEmpty: false } o:
                for (var i = 0; i < o.Members.Length; i++)
                {
                    // The first member of an object in a list stands behind the hyphen.
                    text.Append(' ', inList && i == 0 ? 0 : indent).Append(Scalar(o.Members[i].Name)).Append(':');
                    Value(text, o.Members[i].Value, indent);
                }

                break;
            case ListNode { Items.IsEmpty: false } l:
                foreach (var item in l.Items)
                {
                    text.Append(' ', indent).Append("- ");
                    Append(text, item, indent + 2, inList: true);
                }

                break;
            default:
                text.Append(Flow(node)).Append('\n');
                break;
        }
    }

    private static void Value(StringBuilder text, DocumentNode value, int indent)
    {
        if (value is ObjectNode { Members.IsEmpty: false } or ListNode { Items.IsEmpty: false })
        {
            text.Append('\n');
            Append(text, value, value is ListNode ? indent : indent + 2, inList: false);
        }
        else
        {
            text.Append(' ').Append(Flow(value)).Append('\n');
        }
    }

    private static string Flow(DocumentNode node) => node switch
    {
        ObjectNode => "{}",
        ListNode => "[]",
        ScalarNode { Kind: ScalarKind.Null } => "null",
        ScalarNode { Kind: ScalarKind.Text } text => Scalar(text.Text),
        ScalarNode raw => raw.Text,
        _ => throw new NotSupportedException($"A {node.GetType().Name} has no text."),
    };

    private static string Scalar(string text) => Safe().IsMatch(text) && !Meant().IsMatch(text) && !ChartText.IsMarked(text) ? text : Quoted(text);

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\t' => quoted.Append("\\t"),
                < ' ' or '\x7f' or '\x85' or '\u2028' or '\u2029' or '\ufeff' => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }

    // Letters first, so that nothing is a number or a date; no sign that means something in YAML.
    [GeneratedRegex("^[A-Za-z/$][A-Za-z0-9_./()$-]*$", RegexOptions.CultureInvariant)]
    private static partial Regex Safe();

    // Words that mean something in this version of YAML or in 1.1, by which Kubernetes' own reader goes.
    [GeneratedRegex("^(true|false|yes|no|on|off|y|n|null)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Meant();
}
