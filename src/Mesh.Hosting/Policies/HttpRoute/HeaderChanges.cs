using Mesh.Model.Policies.HttpRoute;
using Mesh.Model.Snapshots;

namespace Mesh.Hosting.Policies;

/// <summary>Header changes as calls collect them.</summary>
internal sealed class HeaderChanges
{
    private HeaderModification _changes = HeaderModification.None;

    /// <summary>Replaces a header.</summary>
    public void Set(string name, string value) => _changes = _changes with { Set = _changes.Set.Add(new(name, value)) };

    /// <summary>Adds a value.</summary>
    public void Add(string name, string value) => _changes = _changes with { Add = _changes.Add.Add(new(name, value)) };

    /// <summary>Takes a header away.</summary>
    public void Remove(string name) => _changes = _changes with { Remove = _changes.Remove.Add(name) };

    /// <summary>The filters that say so; none where nothing changes.</summary>
    public static IEnumerable<RouteFilter> Filters(HeaderChanges request, HeaderChanges response)
    {
        if (!request._changes.IsEmpty)
        {
            yield return new RouteFilter { Type = RouteFilterType.RequestHeaderModifier, RequestHeaders = request._changes };
        }

        if (!response._changes.IsEmpty)
        {
            yield return new RouteFilter { Type = RouteFilterType.ResponseHeaderModifier, ResponseHeaders = response._changes };
        }
    }
}
