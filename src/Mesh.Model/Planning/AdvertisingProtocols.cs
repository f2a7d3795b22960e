using System.Diagnostics.CodeAnalysis;

namespace Mesh.Model.Planning;

/// <summary>
/// Protocols whose servers tell clients at which addresses to come back. A client would leave its sidecar after the first answer, so such endpoints
/// are skipped, and said to be.
/// </summary>
public static class AdvertisingProtocols
{
    private static readonly SortedDictionary<string, string> Reasons = new(StringComparer.Ordinal)
    {
        ["kafka"] = "Kafka brokers hand clients the brokers' own addresses, so clients would leave the sidecar after the first answer",
        ["mongodb"] = "MongoDB replica sets hand clients their members' own addresses, so clients would leave the sidecar after the first answer",
        ["orleans"] = "Orleans silos find each other by the addresses in their membership table and connect to those directly",
        ["redis-cluster"] = "Redis Cluster redirects clients to its nodes' own addresses, so clients would leave the sidecar after the first redirect",
    };

    /// <summary>The words for them, in alphabetical order.</summary>
    public static IReadOnlyCollection<string> Words => Reasons.Keys;

    /// <summary>Whether the word names such a protocol, and why it cannot pass sidecars.</summary>
    public static bool TryGetReason(string word, [NotNullWhen(true)] out string? reason) => Reasons.TryGetValue(word, out reason);
}
