using System.Collections.Immutable;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Policies;
using Mesh.Model.Policies.HttpRoute;

namespace Mesh.Hosting;

/// <summary>Where connections to a tcp endpoint go, by weight.</summary>
[AspireExport(ExposeMethods = true)]
public sealed class MeshTcpRoute
{
    private readonly List<MeshBackend> _backends = [];

    internal MeshTcpRoute()
    {
    }

    /// <summary>A share of the connections.</summary>
    /// <param name="backend">The service.</param>
    /// <param name="weight">Share relative to its siblings, 0 to 1,000,000. Default: 1.</param>
    /// <param name="endpoint">Which endpoint of it; it speaks tcp. Default: the one of the same name as the one that was called.</param>
    public MeshTcpRoute To(IResourceBuilder<IResource> backend, int weight = 1, string? endpoint = null)
    {
        ArgumentNullException.ThrowIfNull(backend);
        _backends.Add(new MeshBackend(backend.Resource, weight, endpoint));
        return this;
    }

    internal ImmutableArray<BackendRef> ToBackends(PolicyScope scope, string ns) => [.. _backends.Select(b => b.ToBackend(scope, ns))];
}
