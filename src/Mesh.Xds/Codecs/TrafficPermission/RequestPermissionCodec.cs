using Envoy.Config.Rbac.V3;
using Envoy.Config.Route.V3;
using Envoy.Type.Matcher.V3;
using Mesh.Model.Snapshots;

namespace Mesh.Xds.Codecs;

/// <summary>What a permission rule says about requests: method, path and headers.</summary>
internal static class RequestPermissionCodec
{
    private const string Method = ":method";

    public static Permission Encode(RequestMatch match)
    {
        var parts = new Permission.Types.Set();
        if (match.Method is not null)
        {
            parts.Rules.Add(Header(new() { Name = Method, StringMatch = TextMatchCodec.Exact(match.Method) }));
        }

        if (match.Path is not null)
        {
            parts.Rules.Add(EncodePath(match.Path));
        }

        parts.Rules.AddRange(match.Headers.Select(header => Header(RouteMatchCodec.EncodeHeader(header))));
        return parts.Rules.Count switch
        {
            // A match without conditions still is one about requests: on a TCP port it never holds, while "any" would.
            0 => Header(new() { Name = Method, PresentMatch = true }),
            1 => parts.Rules[0],
            _ => new() { AndRules = parts },
        };
    }

    public static RequestMatch Decode(Permission permission, string where)
    {
        var match = new RequestMatch(null, null);
        foreach (var part in permission.AndRules?.Rules ?? [permission])
        {
            match = part switch
            {
                { Header: { Name: Method } header } when match is { Method: null, Path: null, Headers.IsEmpty: true } => match with { Method = DecodeMethod(header, where) },
                { Header: { } header } when header.Name != Method => match with { Headers = match.Headers.Add(RouteMatchCodec.DecodeHeader(header, where)) },
                _ when match is { Path: null, Headers.IsEmpty: true } => match with { Path = DecodePath(part, where) },
                _ => throw new ResourceRefusedException($"{where}: a permission names its method or path twice"),
            };
        }

        return match;
    }

    private static Permission Header(HeaderMatcher header) => new() { Header = header };

    private static Permission EncodePath(PathMatch path)
    {
        switch (path.Kind)
        {
            case PathMatchKind.Exact:
                return UrlPath(TextMatchCodec.Exact(path.Value));
            case PathMatchKind.RegularExpression:
                return UrlPath(TextMatchCodec.Regex(path.Value));
            default:
                var elements = path.Value.TrimEnd('/');
                if (elements.Length == 0)
                {
                    return UrlPath(TextMatchCodec.Prefix("/"));
                }

                var either = new Permission.Types.Set();
                either.Rules.Add(UrlPath(TextMatchCodec.Exact(elements)));
                either.Rules.Add(UrlPath(TextMatchCodec.Prefix(elements + "/")));
                return new() { OrRules = either };
        }
    }

    private static Permission UrlPath(StringMatcher path) => new() { UrlPath = new PathMatcher { Path = path } };

    private static PathMatch DecodePath(Permission permission, string where)
    {
        if (permission.UrlPath?.Path is { IgnoreCase: false } path)
        {
            if (path.HasExact)
            {
                return new(PathMatchKind.Exact, path.Exact);
            }

            if (path.SafeRegex is { } regex)
            {
                return new(PathMatchKind.RegularExpression, regex.Regex);
            }

            if (path is { HasPrefix: true, Prefix: "/" })
            {
                return new(PathMatchKind.PathPrefix, "/");
            }
        }

        if (permission.OrRules is { Rules: [{ UrlPath.Path: { } first }, { UrlPath.Path: { } second }] }
            && TextMatchCodec.TryElementPrefix(first, second, out var prefix))
        {
            return new(PathMatchKind.PathPrefix, prefix);
        }

        throw new ResourceRefusedException($"{where}: a permission of the form {permission.RuleCase} is not supported");
    }

    private static string? DecodeMethod(HeaderMatcher header, string where) => header switch
    {
        { Name: Method, InvertMatch: false, StringMatch: { HasExact: true, IgnoreCase: false } method } => method.Exact,
        { Name: Method, InvertMatch: false, HasPresentMatch: true, PresentMatch: true } => null,
        _ => throw new ResourceRefusedException($"{where}: a permission on header '{header.Name}' is not supported"),
    };
}
