using System.Text.RegularExpressions;
using Mesh.Model.Serialization;

namespace Mesh.Kubernetes.Manifests;

/// <summary>
/// Texts of a Helm chart. What only Helm knows is in trees and texts a mark, so that names can be planned with and JSON can be made of it; <see cref="Render"/> makes Helm's
/// expressions of the marks and keeps everything else from being taken for one.
/// </summary>
public static partial class ChartText
{
    /// <summary>Stands for the namespace of the release where a DNS label is wanted.</summary>
    public const string Namespace = "the-namespace-of-the-release";

    /// <summary>Stands for the trust domain where one is wanted.</summary>
    public const string TrustDomain = "the-trust-domain-of-the-release";

    /// <summary>A text that becomes the value of the expression, such as <c>.Values.mesh.image</c>. It holds no quotes: it may stand inside some.</summary>
    public static string Expression(string expression) => $"%[helm: {expression}]%";

    /// <summary>The same as a number, truth value or list: nothing is put in quotes.</summary>
    public static ScalarNode Raw(string expression) => new(ScalarKind.Number, Expression(expression));

    /// <summary>A text for JSON that becomes a number there.</summary>
    public static string NumberInJson(string expression) => $"%(helm: {expression})%";

    /// <summary>Whether something in the text is known to Helm only, so that nobody knows yet what it looks like.</summary>
    internal static bool IsMarked(string text) => text.Contains(Namespace, StringComparison.Ordinal) || text.Contains(TrustDomain, StringComparison.Ordinal);

    /// <summary>The text for a file of a chart.</summary>
    public static string Render(string text) => Mark().Replace(
            JsonNumber().Replace(text, m => Expression(m.Groups["expression"].Value))
                .Replace("{{", "{{ `{{` }}", StringComparison.Ordinal)
                .Replace(Namespace, Expression(".Release.Namespace"), StringComparison.Ordinal)
                .Replace(TrustDomain, Expression(".Values.mesh.trustDomain"), StringComparison.Ordinal),
            m => $"{{{{ {m.Groups["expression"].Value} }}}}");

    [GeneratedRegex(@"%\[helm: (?<expression>[^\]]*)\]%")]
    private static partial Regex Mark();

    // With the quotes of JSON around it, and their escapes where JSON stands in a text.
    [GeneratedRegex(@"\\?""%\(helm: (?<expression>[^)]*)\)%\\?""")]
    private static partial Regex JsonNumber();
}
