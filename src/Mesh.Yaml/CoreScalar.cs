using System.Globalization;
using System.Text.RegularExpressions;
using Mesh.Model.Serialization;

namespace Mesh.Yaml;

/// <summary>Plain scalars by the core schema of YAML 1.2 (section 10.3.2): no dates, no sexagesimals, and yes, no, on, off are text.</summary>
internal static partial class CoreScalar
{
    public static ScalarNode Read(string text, int line)
    {
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return new ScalarNode(ScalarKind.Null, "", line);
            case "true" or "True" or "TRUE":
                return new ScalarNode(ScalarKind.Boolean, "true", line);
            case "false" or "False" or "FALSE":
                return new ScalarNode(ScalarKind.Boolean, "false", line);
        }

        // Numbers become what JSON can hold; .inf and .nan cannot and stay text.
        if (Number().IsMatch(text))
        {
            return JsonNumber().IsMatch(text)
                ? new ScalarNode(ScalarKind.Number, text, line)
                : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
                    ? new ScalarNode(ScalarKind.Number, number.ToString("R", CultureInfo.InvariantCulture), line)
                    : new ScalarNode(ScalarKind.Text, text, line);
        }

        if (Based().Match(text) is { Success: true } based)
        {
            var value = based.Groups["hex"].Success
                ? Convert.ToUInt64(based.Groups["hex"].Value, 16)
                : Convert.ToUInt64(based.Groups["oct"].Value, 8);
            return new ScalarNode(ScalarKind.Number, value.ToString(CultureInfo.InvariantCulture), line);
        }

        return new ScalarNode(ScalarKind.Text, text, line);
    }

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex JsonNumber();

    [GeneratedRegex(@"^(0x(?<hex>[0-9a-fA-F]{1,15})|0o(?<oct>[0-7]{1,20}))$", RegexOptions.CultureInvariant)]
    private static partial Regex Based();
}
