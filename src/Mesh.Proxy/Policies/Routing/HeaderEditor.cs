using Mesh.Model.Snapshots;
using Microsoft.Extensions.Primitives;

namespace Mesh.Proxy.Policies.Routing;

/// <summary>Carries out header changes: remove, set, add.</summary>
internal static class HeaderEditor
{
    /// <summary>Changes headers.</summary>
    public static void Apply(HeaderModification change, IHeaderDictionary headers)
    {
        if (change.IsEmpty)
        {
            return;
        }

        foreach (var name in change.Remove)
        {
            headers.Remove(name);
        }

        foreach (var (name, value) in change.Set)
        {
            headers[name] = value;
        }

        foreach (var (name, value) in change.Add)
        {
            headers[name] = StringValues.Concat(headers[name], value);
        }
    }
}
