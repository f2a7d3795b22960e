using System.Text;

namespace Mesh.Xds.EnvoyProxy;

/// <summary>
/// Where an Envoy's outbound listeners listen on 127.0.0.1, for nobody else gives out ports there: from 16000 up, below every system's ephemeral range, by a hash of
/// the listener's name, so that an edge more or less does not move the others.
/// </summary>
internal static class EnvoyPorts
{
    private const int First = 16_000;
    private const int Count = 16_000;

    /// <summary>A port for each name; of two names with one hash the later in order takes the next free one.</summary>
    public static IReadOnlyDictionary<string, int> Of(IEnumerable<string> names)
    {
        var taken = new HashSet<int>();
        var ports = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            var at = (int)(Hash(name) % Count);
            while (!taken.Add(at))
            {
                at = (at + 1) % Count;
            }

            ports[name] = First + at;
        }

        return ports;
    }

    // FNV-1a: equal in every process and version.
    private static uint Hash(string name)
    {
        var hash = 2_166_136_261;
        foreach (var value in Encoding.UTF8.GetBytes(name))
        {
            hash = (hash ^ value) * 16_777_619;
        }

        return hash;
    }
}
