using Mesh.Model.Bootstrap;

namespace Mesh.Proxy.Bootstrap;

/// <summary>What the command line says instead of the bootstrap file, where many replicas are started with the same one.</summary>
internal sealed record BootstrapOverrides
{
    /// <summary>The replica's name. <see langword="null"/>: the file's.</summary>
    public string? Replica { get; init; }

    /// <summary>By which address peers reach the mesh door. <see langword="null"/>: the file's.</summary>
    public string? AdvertisedAddress { get; init; }

    /// <summary>The bootstrap with them.</summary>
    public SidecarBootstrap Apply(SidecarBootstrap bootstrap) =>
        bootstrap with { Replica = Replica ?? bootstrap.Replica, AdvertisedAddress = AdvertisedAddress ?? bootstrap.AdvertisedAddress };
}
