using System.Globalization;

namespace Mesh.Proxy.Policies.Routing;

/// <summary>
/// What a client carries from response to request: hashes of backend and replica, which tell nobody an address, and where a session ends by itself, when it began and
/// when it was last used. It is not signed: a client that makes one up picks a replica that it may be sent to anyway.
/// </summary>
/// <param name="Backend">The hash of the cluster's name.</param>
/// <param name="Replica">The hash of the replica's name.</param>
/// <param name="Begun">Seconds since 1970; 0: it does not matter.</param>
/// <param name="Used">Seconds since 1970; 0: it does not matter.</param>
internal readonly record struct SessionMark(ulong Backend, ulong Replica, long Begun, long Used)
{
    private const int HashLength = 16;

    /// <summary>As clients carry it.</summary>
    public override string ToString()
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{Backend:x16}{Replica:x16}");
        return Begun == 0 && Used == 0 ? text : string.Create(CultureInfo.InvariantCulture, $"{text}.{Begun:x}.{Used:x}");
    }

    /// <summary>Reads what a client sent. Whatever else it sends is no mark.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out SessionMark mark)
    {
        mark = default;
        if (text.Length < 2 * HashLength || !Hash(text[..HashLength], out var backend) || !Hash(text.Slice(HashLength, HashLength), out var replica))
        {
            return false;
        }

        var rest = text[(2 * HashLength)..];
        if (rest.IsEmpty)
        {
            mark = new(backend, replica, 0, 0);
            return true;
        }

        var dot = rest[1..].IndexOf('.') + 1;
        if (rest[0] != '.' || dot < 1 || !Seconds(rest[1..dot], out var begun) || !Seconds(rest[(dot + 1)..], out var used))
        {
            return false;
        }

        mark = new(backend, replica, begun, used);
        return true;
    }

    private static bool Hash(ReadOnlySpan<char> text, out ulong hash) => ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out hash);

    private static bool Seconds(ReadOnlySpan<char> text, out long seconds) => long.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out seconds) && seconds >= 0;
}
