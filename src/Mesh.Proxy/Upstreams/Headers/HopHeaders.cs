using System.Collections.Frozen;
using Microsoft.Extensions.Primitives;

namespace Mesh.Proxy.Upstreams;

/// <summary>Headers that belong to one connection and go no further (RFC 9110, section 7.6.1).</summary>
internal static class HopHeaders
{
    private static readonly FrozenSet<string> Names = FrozenSet.ToFrozenSet(
        ["Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "Upgrade", "TE", "HTTP2-Settings"],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a header stays on this hop.</summary>
    public static bool Contains(string name) => Names.Contains(name);

    /// <summary>Whether a header is the mesh's own: callers' are dropped, whatever they say.</summary>
    public static bool IsReserved(string name) => name.StartsWith("x-mesh-", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a <c>Connection</c> header names this one.</summary>
    public static bool IsNominated(StringValues connection, string name)
    {
        foreach (var value in connection)
        {
            foreach (var part in value.AsSpan().Split(','))
            {
                if (value.AsSpan(part).Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Whether <c>TE</c> asks for trailers: the one value that gRPC needs to pass.</summary>
    public static bool WantsTrailers(StringValues te)
    {
        foreach (var value in te)
        {
            foreach (var part in value.AsSpan().Split(','))
            {
                if (value.AsSpan(part).Trim().Equals("trailers", StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
