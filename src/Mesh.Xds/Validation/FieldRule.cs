using System.Collections.Immutable;

namespace Mesh.Xds.Validation;

/// <summary>What has to hold for one field.</summary>
/// <param name="Of">What the rule is about: the field itself, its items, or its keys.</param>
/// <param name="Name">The rule's name, such as <c>min_len</c>.</param>
/// <param name="Value">What it is measured against.</param>
internal sealed record FieldRule(FieldRulePart Of, string Name, string Value)
{
    private const string Items = "items.";
    private const string Keys = "keys.";

    /// <summary>Reads <c>min_items=1 items.min_len=1</c>.</summary>
    public static ImmutableArray<FieldRule> ParseAll(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];

    private static FieldRule Parse(string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        var name = text[..at];
        var value = text[(at + 1)..];
        return name.StartsWith(Items, StringComparison.Ordinal) ? new(FieldRulePart.Items, name[Items.Length..], value)
            : name.StartsWith(Keys, StringComparison.Ordinal) ? new(FieldRulePart.Keys, name[Keys.Length..], value)
            : new(FieldRulePart.Field, name, value);
    }

    /// <inheritdoc />
    public override string ToString() => $"{Name}={Value}";
}
