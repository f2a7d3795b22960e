using System.Collections.Immutable;
using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Policies.Routing;

/// <summary>A match of requests, ready to run.</summary>
internal sealed class CompiledMatch(RouteMatch match)
{
    private readonly CompiledPath? _path = match.Path is { } path ? new CompiledPath(path) : null;
    private readonly string? _method = match.Method;
    private readonly ImmutableArray<CompiledValue> _headers = [.. match.Headers.Select(h => new CompiledValue(h))];
    private readonly ImmutableArray<CompiledValue> _query = [.. match.QueryParameters.Select(q => new CompiledValue(q))];

    /// <summary>The path prefix that a rewrite replaces.</summary>
    public string Prefix => _path?.Prefix ?? "";

    /// <summary>Whether it looks at paths.</summary>
    public bool HasPath => _path is { IsEverything: false };

    /// <summary>Whether a request matches.</summary>
    /// <param name="request">The request.</param>
    /// <param name="path">Its path without the query, decoded where rules look at paths.</param>
    public bool Matches(HttpRequest request, string path)
    {
        if ((_method is not null && request.Method != _method) || (_path is not null && !_path.Matches(path)))
        {
            return false;
        }

        foreach (var header in _headers)
        {
            // Of duplicates the first counts (Gateway API).
            var values = request.Headers[header.Name];
            if (!header.Matches(values.Count == 0 ? null : values[0]))
            {
                return false;
            }
        }

        return HasParameters(request);
    }

    /// <summary>Whether the request that a browser asks about would match: it tells the method and names of headers, not what they hold.</summary>
    /// <param name="request">The preflight request.</param>
    /// <param name="path">Its path without the query, decoded where rules look at paths.</param>
    public bool MatchesPreflight(HttpRequest request, string path) =>
        (_method is null || request.Headers.AccessControlRequestMethod == _method) && (_path is null || _path.Matches(path)) && HasParameters(request);

    private bool HasParameters(HttpRequest request)
    {
        foreach (var parameter in _query)
        {
            if (!parameter.MatchesParameter(request.QueryString.Value))
            {
                return false;
            }
        }

        return true;
    }
}
