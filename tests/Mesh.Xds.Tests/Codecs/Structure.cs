using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace Mesh.Xds.Tests.Codecs;

/// <summary>An object and all that hangs on it as text, so that records with arrays compare by content.</summary>
internal static class Structure
{
    public static string Of(object? value)
    {
        var text = new StringBuilder();
        Write(value, text, "");
        return text.ToString();
    }

    private static void Write(object? value, StringBuilder text, string indent)
    {
        switch (value)
        {
            case null:
                text.AppendLine("null");
                return;
            case string or bool or Enum:
                text.AppendLine($"'{value}'");
                return;
            case IFormattable formattable when value.GetType().IsPrimitive || value is TimeSpan or DateTimeOffset:
                text.AppendLine(formattable.ToString(null, CultureInfo.InvariantCulture));
                return;
            case IEnumerable items:
                text.AppendLine("[");
                foreach (var item in items)
                {
                    text.Append(indent).Append("- ");
                    Write(item, text, indent + "  ");
                }

                text.Append(indent).AppendLine("]");
                return;
        }

        text.AppendLine(value.GetType().Name);
        foreach (var property in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).OrderBy(property => property.Name, StringComparer.Ordinal))
        {
            if (property.GetIndexParameters().Length == 0 && property.Name != "EqualityContract")
            {
                text.Append(indent).Append(property.Name).Append(": ");
                Write(property.GetValue(value), text, indent + "  ");
            }
        }
    }
}
