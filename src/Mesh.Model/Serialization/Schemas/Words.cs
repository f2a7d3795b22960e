using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Serialization.Schemas;

/// <summary>The closed vocabularies that several kinds share.</summary>
internal static class Words
{
    public static WordSchema<AppProtocol> Protocol { get; } = new([.. Enum.GetValues<AppProtocol>().Select(p => (p.ToWord(), p))]);

    public static WordSchema<PathMatchKind> PathMatch { get; } = Named<PathMatchKind>();

    public static WordSchema<ValueMatchKind> ValueMatch { get; } = Named<ValueMatchKind>();

    /// <summary>Members of an enum under their own names.</summary>
    public static WordSchema<T> Named<T>()
        where T : struct, Enum => new([.. Enum.GetValues<T>().Select(v => (v.ToString(), v))]);
}
