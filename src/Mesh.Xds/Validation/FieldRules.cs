using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Mesh.Xds.Validation;

/// <summary>The rules of <c>rules.txt</c>, by the full name of field or oneof.</summary>
internal static class FieldRules
{
    private static readonly FrozenDictionary<string, ImmutableArray<FieldRule>> ByField = Read();

    public static ImmutableArray<FieldRule> Of(string fullName) => ByField.GetValueOrDefault(fullName, []);

    private static FrozenDictionary<string, ImmutableArray<FieldRule>> Read()
    {
        using var stream = typeof(FieldRules).Assembly.GetManifestResourceStream("Mesh.Xds.Validation.rules.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(line => line[0] != '#')
            .Select(line => line.Split(' ', 2))
            .ToFrozenDictionary(parts => parts[0], parts => FieldRule.ParseAll(parts[1]), StringComparer.Ordinal);
    }
}
