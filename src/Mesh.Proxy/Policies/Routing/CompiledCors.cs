using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Policies.Routing;

/// <summary>What pages of other origins may do, ready to run. Where it is said, it takes the place of what the app says.</summary>
internal sealed class CompiledCors(RouteCors cors)
{
    private const string Any = "*";

    private readonly bool _isAnyOrigin = cors.AllowOrigins.Contains(Any);
    private readonly FrozenSet<string> _origins = cors.AllowOrigins.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    private readonly ImmutableArray<(string Before, string Behind)> _patterns =
        [.. cors.AllowOrigins.Where(o => o != Any && o.Contains('*', StringComparison.Ordinal)).Select(o => (o[..o.IndexOf('*', StringComparison.Ordinal)], o[(o.IndexOf('*', StringComparison.Ordinal) + 1)..]))];

    private readonly string _maxAge = ((long)cors.MaxAge.TotalSeconds).ToString(CultureInfo.InvariantCulture);
    private readonly string? _methods = Fixed(cors.AllowMethods, cors.AllowCredentials);
    private readonly string? _headers = Fixed(cors.AllowHeaders, cors.AllowCredentials);
    private readonly string? _exposed = Fixed(cors.ExposeHeaders, cors.AllowCredentials);

    /// <summary>Whether a browser asks first what a page may do (https://fetch.spec.whatwg.org/#cors-preflight-request).</summary>
    public static bool IsPreflight(HttpRequest request) =>
        HttpMethods.IsOptions(request.Method) && request.Headers.Origin.Count == 1 && request.Headers.AccessControlRequestMethod.Count == 1;

    /// <summary>Whether pages of an origin are meant.</summary>
    public bool Allows(string origin)
    {
        if (_isAnyOrigin || _origins.Contains(origin))
        {
            return true;
        }

        foreach (var (before, behind) in _patterns)
        {
            // The star stands for labels of a host, so for no port and no other scheme.
            if (origin.Length > before.Length + behind.Length && origin.StartsWith(before, StringComparison.OrdinalIgnoreCase) && origin.EndsWith(behind, StringComparison.OrdinalIgnoreCase)
                && !origin.AsSpan(before.Length, origin.Length - before.Length - behind.Length).ContainsAny(':', '/'))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Writes the head of the answer to a preflight request: to strangers one that allows nothing.</summary>
    public void Answer(HttpRequest request, HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status204NoContent;
        var headers = response.Headers;
        headers.Vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
        var origin = request.Headers.Origin.ToString();
        if (!Allows(origin))
        {
            return;
        }

        Grant(origin, headers);
        headers.AccessControlMaxAge = _maxAge;
        if (!cors.AllowMethods.IsEmpty)
        {
            headers.AccessControlAllowMethods = _methods ?? request.Headers.AccessControlRequestMethod.ToString();
        }

        if (!cors.AllowHeaders.IsEmpty && (_headers ?? request.Headers.AccessControlRequestHeaders.ToString()) is { Length: > 0 } allowed)
        {
            headers.AccessControlAllowHeaders = allowed;
        }
    }

    /// <summary>Writes into a response what a page of an origin may do with it.</summary>
    public void Apply(string origin, IHeaderDictionary headers)
    {
        headers.Remove("Access-Control-Allow-Origin");
        headers.Remove("Access-Control-Allow-Credentials");
        headers.Remove("Access-Control-Expose-Headers");
        headers.Append("Vary", "Origin");
        if (!Allows(origin))
        {
            return;
        }

        Grant(origin, headers);
        if (!cors.ExposeHeaders.IsEmpty && _exposed is not null)
        {
            headers.AccessControlExposeHeaders = _exposed;
        }
    }

    /// <summary>The headers of an answer that is the mesh's own, with what a page of an origin may do with it.</summary>
    public HeaderModification Of(string origin, HeaderModification headers)
    {
        var granted = new HeaderDictionary();
        Apply(origin, granted);
        return headers with { Add = [.. headers.Add, .. granted.Select(header => KeyValuePair.Create(header.Key, header.Value.ToString()))] };
    }

    private void Grant(string origin, IHeaderDictionary headers)
    {
        headers.AccessControlAllowOrigin = _isAnyOrigin && !cors.AllowCredentials ? Any : origin;
        if (cors.AllowCredentials)
        {
            headers.AccessControlAllowCredentials = "true";
        }
    }

    // Browsers take a star for itself where credentials come along: then what was asked for is said instead.
    private static string? Fixed(ImmutableArray<string> names, bool hasCredentials) => hasCredentials && names is [Any] ? null : string.Join(", ", names);
}
