using Mesh.Model.Policies.Matching;
using Mesh.Model.Snapshots;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.HttpRoute;

/// <summary>One change on the way. The member that its type names is there, the others are not.</summary>
public sealed record RouteFilter
{
    /// <summary>Which one.</summary>
    public RouteFilterType Type { get; init; }

    /// <summary>For <see cref="RouteFilterType.RequestHeaderModifier"/>.</summary>
    public HeaderModification? RequestHeaders { get; init; }

    /// <summary>For <see cref="RouteFilterType.ResponseHeaderModifier"/>.</summary>
    public HeaderModification? ResponseHeaders { get; init; }

    /// <summary>For <see cref="RouteFilterType.RequestRedirect"/>.</summary>
    public RedirectAction? Redirect { get; init; }

    /// <summary>For <see cref="RouteFilterType.URLRewrite"/>.</summary>
    public UrlRewrite? Rewrite { get; init; }

    /// <summary>For <see cref="RouteFilterType.RequestMirror"/>.</summary>
    public MirrorFilter? Mirror { get; init; }

    /// <summary>For <see cref="RouteFilterType.CORS"/>.</summary>
    public RouteCors? Cors { get; init; }

    /// <summary>For <see cref="RouteFilterType.ExternalAuth"/>.</summary>
    public ExternalAuthFilter? Authorization { get; init; }

    internal IEnumerable<Violation> Validate(FieldPath at)
    {
        foreach (var (type, member, given) in new[]
        {
            (RouteFilterType.RequestHeaderModifier, "requestHeaderModifier", RequestHeaders is not null),
            (RouteFilterType.ResponseHeaderModifier, "responseHeaderModifier", ResponseHeaders is not null),
            (RouteFilterType.RequestRedirect, "requestRedirect", Redirect is not null),
            (RouteFilterType.URLRewrite, "urlRewrite", Rewrite is not null),
            (RouteFilterType.RequestMirror, "requestMirror", Mirror is not null),
            (RouteFilterType.CORS, "cors", Cors is not null),
            (RouteFilterType.ExternalAuth, "externalAuth", Authorization is not null),
        })
        {
            if (given != (type == Type))
            {
                yield return new(at / member, given ? $"means nothing with type {Type}; leave it out, or change the type" : $"is missing; type {Type} needs it");
            }
        }

        foreach (var violation in Headers(RequestHeaders, at / "requestHeaderModifier")
            .Concat(Headers(ResponseHeaders, at / "responseHeaderModifier"))
            .Concat(RedirectViolations(at / "requestRedirect"))
            .Concat(Url(Rewrite?.Hostname, Rewrite?.Path, at / "urlRewrite"))
            .Concat(Mirror?.Validate(at / "requestMirror") ?? [])
            .Concat(Cors is null ? [] : CorsRules.Validate(Cors, at / "cors"))
            .Concat(Authorization?.Validate(at / "externalAuth") ?? []))
        {
            yield return violation;
        }
    }

    private static IEnumerable<Violation> Headers(HeaderModification? headers, FieldPath at)
    {
        if (headers is null)
        {
            yield break;
        }

        if (headers.IsEmpty)
        {
            yield return new(at, "changes nothing; add set, add or remove");
        }

        foreach (var (field, names) in new[] { ("set", headers.Set.Select(h => h.Key)), ("add", headers.Add.Select(h => h.Key)), ("remove", headers.Remove) })
        {
            var i = 0;
            foreach (var name in names)
            {
                var path = field == "remove" ? (at / field)[i] : (at / field)[i] / "name";
                i++;
                foreach (var violation in MatchRules.ChangeableHeader(name, path))
                {
                    yield return violation;
                }
            }
        }

        foreach (var (field, headerValues) in new[] { ("set", headers.Set), ("add", headers.Add) })
        {
            for (var i = 0; i < headerValues.Length; i++)
            {
                foreach (var violation in MatchRules.HeaderText(headerValues[i].Value, (at / field)[i] / "value"))
                {
                    yield return violation;
                }
            }
        }
    }

    private IEnumerable<Violation> RedirectViolations(FieldPath at)
    {
        if (Redirect is not { } redirect)
        {
            return [];
        }

        var found = new List<Violation>();
        if (redirect.Status is not (301 or 302 or 303 or 307 or 308))
        {
            found.Add(new(at / "statusCode", $"must be 301, 302, 303, 307 or 308 but is {redirect.Status}"));
        }

        if (redirect.Scheme is not (null or "http" or "https"))
        {
            found.Add(new(at / "scheme", $"must be http or https but is {Wording.Quote(redirect.Scheme)}"));
        }

        if (redirect.Port is < 1 or > 65535)
        {
            found.Add(new(at / "port", $"must be between 1 and 65535 but is {redirect.Port}"));
        }

        return [.. found, .. Url(redirect.Host, redirect.Path, at)];
    }

    private static IEnumerable<Violation> Url(string? host, PathRewrite? path, FieldPath at)
    {
        if (host is not null && Uri.CheckHostName(host) is UriHostNameType.Unknown)
        {
            yield return new(at / "hostname", $"must be a host name without scheme and port but is {Wording.Quote(host)}");
        }

        if (path is not null)
        {
            foreach (var violation in MatchRules.WrittenPath(path.Value, at / "path" / (path.IsPrefix ? "replacePrefixMatch" : "replaceFullPath")))
            {
                yield return violation;
            }
        }
    }
}
