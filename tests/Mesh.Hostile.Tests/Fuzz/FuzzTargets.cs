using System.Text;
using Mesh.Hostile.Tests.Http1;

namespace Mesh.Hostile.Tests.Fuzz;

/// <summary>All of them.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } = [.. HttpTargets.All, .. IdentityTargets.All, .. DocumentTargets.All, .. XdsTargets.All, .. DoorTargets.All];

    /// <summary>Messages of the corpus as seeds.</summary>
    public static IReadOnlyList<byte[]> Corpora(params string[] files) => [.. files.SelectMany(Corpus.Read).Select(m => m.Octets).Where(o => o.Length < 2000)];

    public static byte[] Octets(string text) => Encoding.Latin1.GetBytes(text);

    public static string Text(byte[] octets) => Encoding.Latin1.GetString(octets);
}
