using System.Text.RegularExpressions;

namespace Mesh.Model.Policies.Matching;

/// <summary>What names of attributes of spans, metrics and log records may look like: those of OpenTelemetry's semantic conventions, which every backend takes.</summary>
internal static partial class AttributeNames
{
    private const int Longest = 64;

    /// <summary>The rule for error texts.</summary>
    public const string Rule = "names are up to 64 lower-case letters, digits and underscores with dots between them, and begin with a letter";

    /// <summary>Whether a name is one.</summary>
    public static bool IsValid(string name) => name.Length <= Longest && Name().IsMatch(name);

    [GeneratedRegex("^[a-z][a-z0-9_]*(\\.[a-z0-9_]+)*\\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Name();
}
