using System.Collections.Immutable;
using Mesh.Model.Serialization.Schemas;

namespace Mesh.Model.Serialization;

/// <summary>A kind of document for tools that check documents without this library, such as the Kubernetes API server.</summary>
/// <param name="Kind">Its name.</param>
/// <param name="IsPolicy">Whether it says how calls are treated; else it declares a service.</param>
/// <param name="IsRoute">Whether it sends calls elsewhere.</param>
/// <param name="Spec">What its spec may hold, as a structural schema of OpenAPI 3.0. The reader in this library refuses more than it can say.</param>
public sealed record KindDescription(string Kind, bool IsPolicy, bool IsRoute, ObjectNode Spec)
{
    /// <summary>Every kind there is.</summary>
    public static ImmutableArray<KindDescription> All { get; } = [.. Kinds.All.Select(k => new KindDescription(k.Kind, k.IsPolicy, k.IsRoute, k.DescribeSpec()))];
}
