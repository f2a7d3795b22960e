using System.Globalization;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.LoadBalancing;

namespace Mesh.Proxy.Policies.Routing;

/// <summary>Session persistence, ready to run.</summary>
/// <param name="session">What is said.</param>
/// <param name="path">The path that the cookie is for.</param>
internal sealed class CompiledSession(RouteSession session, string path)
{
    private readonly string _attributes =
        $"; Path={path}; HttpOnly{(session is { IsPermanent: true, AbsoluteTimeout: { } limit } ? string.Create(CultureInfo.InvariantCulture, $"; Max-Age={(long)limit.TotalSeconds}") : "")}";

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

    private bool IsLive(SessionMark mark, long now) =>
        (session.AbsoluteTimeout is not { } whole || (mark.Begun <= now && now - mark.Begun < (long)whole.TotalSeconds))
        && (session.IdleTimeout is not { } idle || (mark.Used <= now && now - mark.Used < (long)idle.TotalSeconds));
}
