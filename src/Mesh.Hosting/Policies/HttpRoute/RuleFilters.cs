using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;
using Mesh.Model.Policies.HttpRoute;

namespace Mesh.Hosting.Policies;

/// <summary>What rules of HTTP and of gRPC have alike, as calls collect it.</summary>
internal sealed class RuleFilters
{
    private readonly List<MeshBackend> _backends = [];
    private readonly List<(MeshBackend To, double Percent)> _mirrors = [];
    private (MeshBackend Service, MeshExternalAuth Settings)? _asked;

    /// <summary>Headers of the request.</summary>
    public HeaderChanges Request { get; } = new();

    /// <summary>Headers of the response.</summary>
    public HeaderChanges Response { get; } = new();

    /// <summary>The session; <see langword="null"/>: none.</summary>
    public MeshSession? Session { get; set; }

    /// <summary>Adds a backend.</summary>
    public MeshBackend Add(IResource backend, int weight, string? endpoint)
    {
        var to = new MeshBackend(backend, weight, endpoint);
        _backends.Add(to);
        return to;
    }

    /// <summary>Adds a mirror.</summary>
    public void Mirror(IResource to, double percent, string? endpoint) => _mirrors.Add((new MeshBackend(to, 1, endpoint), percent));

    /// <summary>Says who is asked.</summary>
    public void Ask(IResource service, MeshExternalAuth settings, string? endpoint) => _asked = (new MeshBackend(service, 1, endpoint), settings);

    /// <summary>The backends; <see langword="null"/>: none were said.</summary>
    public ImmutableArray<BackendRef>? Backends(PolicyScope scope, string ns) => _backends.Count == 0 ? null : [.. _backends.Select(b => b.ToBackend(scope, ns))];

    /// <summary>The filters.</summary>
    public IEnumerable<RouteFilter> Filters(PolicyScope scope, string ns)
    {
        foreach (var filter in HeaderChanges.Filters(Request, Response))
        {
            yield return filter;
        }

        foreach (var (to, percent) in _mirrors)
        {
            yield return new RouteFilter { Type = RouteFilterType.RequestMirror, Mirror = new() { Backend = to.ToBackend(scope, ns), Percent = percent == 100 ? null : percent } };
        }

        if (_asked is { } asked)
        {
            yield return asked.Settings.ToFilter(asked.Service.ToBackend(scope, ns));
        }
    }
}
