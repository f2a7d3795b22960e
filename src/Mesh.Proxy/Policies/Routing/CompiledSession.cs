using System.Buffers;
using System.Globalization;
using System.Text;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.LoadBalancing;

namespace Mesh.Proxy.Policies.Routing;

/// <summary>Session persistence, ready to run.</summary>
/// <param name="session">What is said.</param>
/// <param name="path">The path that the cookie is for.</param>
internal sealed class CompiledSession(RouteSession session, string path)
{
    // The caller's replicas write marks and read each other's, each by its own clock.
    private const long ClockSkew = 60;

    // What browsers write as it is: the comparison with a cookie's path is one of octets (RFC 6265, section 5.1.4).
    private static readonly SearchValues<char> Plain = SearchValues.Create("!$&'()*+,-./0123456789:=@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]_abcdefghijklmnopqrstuvwxyz|~");

    private readonly string _attributes =
        $"; Path={CookiePath(path)}; HttpOnly{(session is { IsPermanent: true, AbsoluteTimeout: { } limit } ? string.Create(CultureInfo.InvariantCulture, $"; Max-Age={(long)limit.TotalSeconds}") : "")}";

    /// <summary>Takes up a request.</summary>
    /// <param name="request">Its headers.</param>
    /// <param name="now">The time.</param>
    public SessionUse Begin(IHeaderDictionary request, DateTimeOffset now)
    {
        var seconds = now.ToUnixTimeSeconds();
        return new SessionUse(this, Read(request) is { } mark && IsLive(mark, seconds) ? mark : null, seconds);
    }

    /// <summary>The mark that a response has to bring; <see langword="null"/>: the client has it.</summary>
    public SessionMark? Renew(SessionMark? sent, ulong backend, ulong replica, long now)
    {
        var isSame = sent is { } old && old.Backend == backend && old.Replica == replica;
        if (isSame && session.IdleTimeout is null)
        {
            return null;
        }

        var begun = session.AbsoluteTimeout is null ? 0 : sent is { Begun: > 0 } known ? known.Begun : now;
        return new SessionMark(backend, replica, begun, session.IdleTimeout is null ? 0 : now);
    }

    /// <summary>Gives a mark to the client.</summary>
    public void Write(SessionMark mark, IHeaderDictionary response)
    {
        if (session.Kind == SessionKind.Cookie)
        {
            response.Append("Set-Cookie", $"{session.Name}={mark}{_attributes}");
        }
        else
        {
            response[session.Name] = mark.ToString();
        }
    }

    private SessionMark? Read(IHeaderDictionary request)
    {
        if (session.Kind == SessionKind.Header)
        {
            return request[session.Name] is [{ } value, ..] && SessionMark.TryParse(value, out var mark) ? mark : null;
        }

        foreach (var line in request.Cookie)
        {
            if (RequestHash.TryFind(line, session.Name, ';', out var value) && SessionMark.TryParse(value, out var mark))
            {
                return mark;
            }
        }

        return null;
    }

    private bool IsLive(SessionMark mark, long now) => IsWithin(session.AbsoluteTimeout, mark.Begun, now) && IsWithin(session.IdleTimeout, mark.Used, now);

    private static bool IsWithin(TimeSpan? limit, long since, long now) => limit is not { } span || (since <= now + ClockSkew && now - since < (long)span.TotalSeconds);

    // Rules hold paths decoded. A path with a semicolon cannot be said in a cookie, so that such a session is for all paths.
    private static string CookiePath(string path)
    {
        if (!path.AsSpan().ContainsAnyExcept(Plain))
        {
            return path;
        }

        if (path.Contains(';', StringComparison.Ordinal))
        {
            return "/";
        }

        var written = new StringBuilder(path.Length);
        foreach (var octet in Encoding.UTF8.GetBytes(path))
        {
            _ = Plain.Contains((char)octet) ? written.Append((char)octet) : written.Append(CultureInfo.InvariantCulture, $"%{octet:X2}");
        }

        return written.ToString();
    }
}
