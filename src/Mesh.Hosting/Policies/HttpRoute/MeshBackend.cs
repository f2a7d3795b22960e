using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Policies;
using Mesh.Model.Policies.HttpRoute;

namespace Mesh.Hosting;

/// <summary>One backend of a route, and the headers that change for it only.</summary>
[AspireExport(ExposeMethods = true)]
public sealed class MeshBackend
{
    private readonly HeaderChanges _request = new();
    private readonly HeaderChanges _response = new();
    private readonly IResource _resource;
    private readonly int _weight;
    private readonly string? _endpoint;

    internal MeshBackend(IResource resource, int weight, string? endpoint) => (_resource, _weight, _endpoint) = (resource, weight, endpoint);

    /// <summary>Replaces a header of the request, or adds it.</summary>
    public MeshBackend SetRequestHeader(string name, string value)
    {
        _request.Set(name, value);
        return this;
    }

    /// <summary>Adds a value to a header of the request.</summary>
    public MeshBackend AddRequestHeader(string name, string value)
    {
        _request.Add(name, value);
        return this;
    }

    /// <summary>Takes a header out of the request.</summary>
    public MeshBackend RemoveRequestHeader(string name)
    {
        _request.Remove(name);
        return this;
    }

    /// <summary>Replaces a header of the response, or adds it.</summary>
    public MeshBackend SetResponseHeader(string name, string value)
    {
        _response.Set(name, value);
        return this;
    }

    /// <summary>Adds a value to a header of the response.</summary>
    public MeshBackend AddResponseHeader(string name, string value)
    {
        _response.Add(name, value);
        return this;
    }

    /// <summary>Takes a header out of the response.</summary>
    public MeshBackend RemoveResponseHeader(string name)
    {
        _response.Remove(name);
        return this;
    }

    internal BackendRef ToBackend(PolicyScope scope, string ns)
    {
        var id = scope.Service(_resource);
        return new BackendRef
        {
            Name = id.Name,
            Namespace = id.Namespace == ns ? null : id.Namespace,
            Port = scope.Port(_resource, _endpoint),
            Weight = _weight,
            Filters = [.. HeaderChanges.Filters(_request, _response)],
        };
    }
}
