using System.Collections.Frozen;

namespace Mesh.Proxy.Upstreams;

/// <summary>
/// Headers that frame a message or say who its caller is. No caller may have one taken away on the way (<c>Connection: X-Forwarded-For</c>), write it with underscores, which
/// gateways to CGI and WSGI read as hyphens, or send it behind the body.
/// </summary>
internal static class GuardedHeaders
{
    private static readonly FrozenSet<string> Names = FrozenSet.ToFrozenSet(
        [
            "Host", "Content-Length", "Transfer-Encoding", "Trailer", "Expect", "Content-Type", "Content-Encoding", "Authorization", "Cookie", "Forwarded", "Traceparent", "Tracestate", "Baggage",
            "Grpc-Timeout", IdentityHeaders.ForwardedClientCert,
        ],
        StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Spans = Names.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Whether a name is one of them.</summary>
    public static bool Contains(ReadOnlySpan<char> name) =>
        Spans.Contains(name)
        || IsForwarded(name)
        || name.StartsWith("x-mesh-", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("mesh-", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a name is one of those by which gateways tell apps of the caller: <c>X-Forwarded-For</c> as well as <c>X-Forwarded-User</c>.</summary>
    public static bool IsForwarded(ReadOnlySpan<char> name) => name.StartsWith("x-forwarded-", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a name would be one of them with hyphens for its underscores.</summary>
    public static bool IsImitatedBy(string name) =>
        name.Contains('_', StringComparison.Ordinal) && Contains(name.Replace('_', '-'));
}
