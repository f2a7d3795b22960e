using Mesh.Model.Topology;

namespace Mesh.Model.Comparison;

/// <summary>One thing that the sidecars of a service would do otherwise.</summary>
/// <param name="Service">Whose sidecars.</param>
/// <param name="Where">The listener (<c>outbound/…</c>), the cluster (<c>cluster/…</c>) or the port (<c>inbound/http</c>) that it is about.</param>
/// <param name="Setting">What, such as <c>timeout.request</c>, <c>allow</c> or <c>route GET, /orders/*</c>.</param>
public sealed record MeshChange(ServiceId Service, string Where, string Setting)
{
    /// <summary>What it is; <see langword="null"/>: nothing was said, the default holds.</summary>
    public string? Before { get; init; }

    /// <summary>Who says what it is.</summary>
    public Origin? BeforeOrigin { get; init; }

    /// <summary>What it would be; <see langword="null"/>: nothing would be said, the default would hold.</summary>
    public string? After { get; init; }

    /// <summary>Who would say so.</summary>
    public Origin? AfterOrigin { get; init; }

    /// <inheritdoc />
    public override string ToString() => $"{Service}: {Where}: {Setting}: {Before ?? "nothing"} -> {After ?? "nothing"}";
}
