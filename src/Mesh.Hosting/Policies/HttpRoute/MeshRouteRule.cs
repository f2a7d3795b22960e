using System.Collections.Immutable;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Policies;
using Mesh.Model.Policies.HttpRoute;
using Mesh.Model.Snapshots;

namespace Mesh.Hosting;

/// <summary>Requests, and what happens to them.</summary>
[AspireExport(ExposeMethods = true, RunSyncOnBackgroundThread = true)]
public sealed class MeshRouteRule
{
    private readonly List<MeshRequestMatch> _matches = [];
    private readonly RuleFilters _shared = new();
    private readonly string? _name;
    private UrlRewrite? _rewrite;
    private RedirectAction? _redirect;
    private MeshCors? _cors;
    private MeshRuleTimeouts? _timeouts;
    private MeshRuleRetry? _retry;

    internal MeshRouteRule(string? name) => _name = name;

    /// <summary>Which requests: all that the match says has to hold. Called again: one of the matches has to hold. Never called: every request.</summary>
    /// <param name="match">Says what a request has to be like.</param>
    public MeshRouteRule When(Action<MeshRequestMatch> match)
    {
        ArgumentNullException.ThrowIfNull(match);
        var request = new MeshRequestMatch();
        match(request);
        _matches.Add(request);
        return this;
    }

    /// <summary>Where to: a share of the requests. Never called: to the service that was called. A route grants nothing: callers have to be allowed at the backend.</summary>
    /// <param name="backend">The service.</param>
    /// <param name="weight">Share relative to its siblings, 0 to 1,000,000. Default: 1.</param>
    /// <param name="endpoint">Which endpoint of it. Default: the one of the same name as the one that was called.</param>
    /// <param name="headers">Changes headers for this backend only.</param>
    public MeshRouteRule To(IResourceBuilder<IResource> backend, int weight = 1, string? endpoint = null, Action<MeshBackend>? headers = null)
    {
        ArgumentNullException.ThrowIfNull(backend);
        var to = _shared.Add(backend.Resource, weight, endpoint);
        headers?.Invoke(to);
        return this;
    }

    /// <summary>Replaces a header of the request, or adds it. Not Host: see <see cref="RewriteHost"/>.</summary>
    public MeshRouteRule SetRequestHeader(string name, string value)
    {
        _shared.Request.Set(name, value);
        return this;
    }

    /// <summary>Adds a value to a header of the request.</summary>
    public MeshRouteRule AddRequestHeader(string name, string value)
    {
        _shared.Request.Add(name, value);
        return this;
    }

    /// <summary>Takes a header out of the request.</summary>
    public MeshRouteRule RemoveRequestHeader(string name)
    {
        _shared.Request.Remove(name);
        return this;
    }

    /// <summary>Replaces a header of the response, or adds it.</summary>
    public MeshRouteRule SetResponseHeader(string name, string value)
    {
        _shared.Response.Set(name, value);
        return this;
    }

    /// <summary>Adds a value to a header of the response.</summary>
    public MeshRouteRule AddResponseHeader(string name, string value)
    {
        _shared.Response.Add(name, value);
        return this;
    }

    /// <summary>Takes a header out of the response.</summary>
    public MeshRouteRule RemoveResponseHeader(string name)
    {
        _shared.Response.Remove(name);
        return this;
    }

    /// <summary>Sends another host name to the backend.</summary>
    /// <param name="host">Without scheme and port.</param>
    public MeshRouteRule RewriteHost(string host)
    {
        _rewrite = (_rewrite ?? new UrlRewrite()) with { Hostname = host };
        return this;
    }

    /// <summary>Sends another path to the backend; the query stays.</summary>
    /// <param name="path">The whole path, beginning with a slash.</param>
    public MeshRouteRule RewritePath(string path)
    {
        _rewrite = (_rewrite ?? new UrlRewrite()) with { Path = new PathRewrite(false, path) };
        return this;
    }

    /// <summary>Replaces the beginning of the path that matched; every match of the rule has to be a <see cref="MeshRequestMatch.PathPrefix"/>.</summary>
    /// <param name="prefix">What takes its place, beginning with a slash.</param>
    public MeshRouteRule RewritePathPrefix(string prefix)
    {
        _rewrite = (_rewrite ?? new UrlRewrite()) with { Path = new PathRewrite(true, prefix) };
        return this;
    }

    /// <summary>Answers with a redirect instead of forwarding. What is not given stays as in the request.</summary>
    /// <param name="scheme"><c>http</c> or <c>https</c>.</param>
    /// <param name="host">Host name without port.</param>
    /// <param name="port">TCP port.</param>
    /// <param name="path">The whole path, beginning with a slash. Not beside <paramref name="pathPrefix"/>.</param>
    /// <param name="pathPrefix">What takes the place of the prefix that matched; every match of the rule has to be a <see cref="MeshRequestMatch.PathPrefix"/>.</param>
    /// <param name="statusCode">301, 302, 303, 307 or 308. Default: 302 (Gateway API).</param>
    /// <exception cref="ArgumentException">Both a path and a prefix are given.</exception>
    public MeshRouteRule Redirect(string? scheme = null, string? host = null, int? port = null, string? path = null, string? pathPrefix = null, int statusCode = 302)
    {
        if (path is not null && pathPrefix is not null)
        {
            throw new ArgumentException("A redirect replaces the whole path or its prefix: give either path or pathPrefix.", nameof(pathPrefix));
        }

        _redirect = new RedirectAction
        {
            Scheme = scheme,
            Host = host,
            Port = port,
            Path = (path ?? pathPrefix) is { } value ? new PathRewrite(pathPrefix is not null, value) : null,
            Status = statusCode,
        };
        return this;
    }

    /// <summary>Sends copies of the requests to another service too. Nobody waits for its answers. Called again: to each of them.</summary>
    /// <param name="to">The service, at which callers have to be allowed.</param>
    /// <param name="percent">Share of the requests, 0 to 100. Default: all.</param>
    /// <param name="endpoint">Which endpoint of it. Default: the one of the same name as the one that was called.</param>
    public MeshRouteRule Mirror(IResourceBuilder<IResource> to, double percent = 100, string? endpoint = null)
    {
        ArgumentNullException.ThrowIfNull(to);
        _shared.Mirror(to.Resource, percent, endpoint);
        return this;
    }

    /// <summary>Says what pages of other origins may do. Preflight requests are answered by the caller's sidecar.</summary>
    /// <param name="cors">What they may do.</param>
    public MeshRouteRule Cors(MeshCors cors)
    {
        ArgumentNullException.ThrowIfNull(cors);
        _cors = cors;
        return this;
    }

    /// <summary>Asks a service about each request before it goes on; without an answer nothing passes.</summary>
    /// <param name="service">The service, at which callers have to be allowed.</param>
    /// <param name="settings">How it is asked. Default: over HTTP, with the request's method, path and <c>Authorization</c>.</param>
    /// <param name="endpoint">Which endpoint of it. Default: the one of the same name as the one that was called.</param>
    public MeshRouteRule Authorize(IResourceBuilder<IResource> service, MeshExternalAuth? settings = null, string? endpoint = null)
    {
        ArgumentNullException.ThrowIfNull(service);
        _shared.Ask(service.Resource, settings ?? new(), endpoint);
        return this;
    }

    /// <summary>Bounds these requests.</summary>
    /// <param name="timeouts">The bounds.</param>
    public MeshRouteRule Timeouts(MeshRuleTimeouts timeouts)
    {
        ArgumentNullException.ThrowIfNull(timeouts);
        _timeouts = timeouts;
        return this;
    }

    /// <summary>Says when these requests are sent again.</summary>
    /// <param name="retry">What differs from <c>WithMeshRetry</c>.</param>
    public MeshRouteRule Retry(MeshRuleRetry retry)
    {
        ArgumentNullException.ThrowIfNull(retry);
        _retry = retry;
        return this;
    }

    /// <summary>Keeps a client at the replica that answered it first, as long as that one is there.</summary>
    /// <param name="session">What carries its mark, and how long. Default: a cookie, until the browser closes.</param>
    public MeshRouteRule KeepSessions(MeshSession? session = null)
    {
        _shared.Session = session ?? new();
        return this;
    }

    internal HttpRouteRule ToRule(PolicyScope scope, string ns)
    {
        ImmutableArray<RouteFilter> filters =
        [
            .. _shared.Filters(scope, ns),
            .. _cors is null ? [] : new[] { _cors.ToFilter() },
            .. _rewrite is null ? [] : new[] { new RouteFilter { Type = RouteFilterType.URLRewrite, Rewrite = _rewrite } },
            .. _redirect is null ? [] : new[] { new RouteFilter { Type = RouteFilterType.RequestRedirect, Redirect = _redirect } },
        ];
        return new HttpRouteRule
        {
            Name = _name,
            Matches = [.. _matches.Select(m => m.ToMatch())],
            Filters = filters.IsEmpty ? null : filters,
            BackendRefs = _shared.Backends(scope, ns),
            Timeouts = _timeouts?.ToTimeouts(),
            Retry = _retry?.ToRetry(),
            Session = _shared.Session?.ToSession(),
        };
    }
}
