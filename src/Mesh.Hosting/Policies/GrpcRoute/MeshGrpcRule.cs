using System.Collections.Immutable;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Policies;
using Mesh.Model.Policies.GrpcRoute;
using Mesh.Model.Policies.HttpRoute;

namespace Mesh.Hosting;

/// <summary>gRPC calls, and what happens to them.</summary>
[AspireExport(ExposeMethods = true, RunSyncOnBackgroundThread = true)]
public sealed class MeshGrpcRule
{
    private readonly List<MeshGrpcMatch> _matches = [];
    private readonly RuleFilters _shared = new();
    private readonly string? _name;

    internal MeshGrpcRule(string? name) => _name = name;

    /// <summary>Which calls: all that the match says has to hold. Called again: one of the matches has to hold. Never called: every call.</summary>
    /// <param name="match">Says what a call has to be like.</param>
    public MeshGrpcRule When(Action<MeshGrpcMatch> match)
    {
        ArgumentNullException.ThrowIfNull(match);
        var call = new MeshGrpcMatch();
        match(call);
        _matches.Add(call);
        return this;
    }

    /// <summary>Where to: a share of the calls. Never called: to the service that was called. A route grants nothing: callers have to be allowed at the backend.</summary>
    /// <param name="backend">The service.</param>
    /// <param name="weight">Share relative to its siblings, 0 to 1,000,000. Default: 1.</param>
    /// <param name="endpoint">Which endpoint of it. Default: the one of the same name as the one that was called.</param>
    /// <param name="headers">Changes headers for this backend only.</param>
    public MeshGrpcRule To(IResourceBuilder<IResource> backend, int weight = 1, string? endpoint = null, Action<MeshBackend>? headers = null)
    {
        ArgumentNullException.ThrowIfNull(backend);
        var to = _shared.Add(backend.Resource, weight, endpoint);
        headers?.Invoke(to);
        return this;
    }

    /// <summary>Replaces a header of the call, or adds it.</summary>
    public MeshGrpcRule SetRequestHeader(string name, string value)
    {
        _shared.Request.Set(name, value);
        return this;
    }

    /// <summary>Adds a value to a header of the call.</summary>
    public MeshGrpcRule AddRequestHeader(string name, string value)
    {
        _shared.Request.Add(name, value);
        return this;
    }

    /// <summary>Takes a header out of the call.</summary>
    public MeshGrpcRule RemoveRequestHeader(string name)
    {
        _shared.Request.Remove(name);
        return this;
    }

    /// <summary>Replaces a header of the answer, or adds it.</summary>
    public MeshGrpcRule SetResponseHeader(string name, string value)
    {
        _shared.Response.Set(name, value);
        return this;
    }

    /// <summary>Adds a value to a header of the answer.</summary>
    public MeshGrpcRule AddResponseHeader(string name, string value)
    {
        _shared.Response.Add(name, value);
        return this;
    }

    /// <summary>Takes a header out of the answer.</summary>
    public MeshGrpcRule RemoveResponseHeader(string name)
    {
        _shared.Response.Remove(name);
        return this;
    }

    /// <inheritdoc cref="MeshRouteRule.Mirror" />
    public MeshGrpcRule Mirror(IResourceBuilder<IResource> to, double percent = 100, string? endpoint = null)
    {
        ArgumentNullException.ThrowIfNull(to);
        _shared.Mirror(to.Resource, percent, endpoint);
        return this;
    }

    /// <inheritdoc cref="MeshRouteRule.Authorize" />
    public MeshGrpcRule Authorize(IResourceBuilder<IResource> service, MeshExternalAuth? settings = null, string? endpoint = null)
    {
        ArgumentNullException.ThrowIfNull(service);
        _shared.Ask(service.Resource, settings ?? new(), endpoint);
        return this;
    }

    /// <inheritdoc cref="MeshRouteRule.KeepSessions" />
    public MeshGrpcRule KeepSessions(MeshSession? session = null)
    {
        _shared.Session = session ?? new();
        return this;
    }

    internal GrpcRouteRule ToRule(PolicyScope scope, string ns)
    {
        ImmutableArray<RouteFilter> filters = [.. _shared.Filters(scope, ns)];
        return new GrpcRouteRule
        {
            Name = _name,
            Matches = [.. _matches.Select(m => m.ToMatch())],
            Filters = filters.IsEmpty ? null : filters,
            BackendRefs = _shared.Backends(scope, ns),
            Session = _shared.Session?.ToSession(),
        };
    }
}
