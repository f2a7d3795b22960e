using System.Collections.Immutable;

namespace Mesh.Cli.Running;

/// <summary>Variables that later ones replace.</summary>
internal static class Variables
{
    public static void AddOrReplace(this ImmutableSortedDictionary<string, string>.Builder variables, IEnumerable<KeyValuePair<string, string>> more)
    {
        foreach (var (name, value) in more)
        {
            variables[name] = value;
        }
    }
}
