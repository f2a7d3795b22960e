namespace Mesh.Model.Bootstrap;

/// <summary>A sidecar's admin endpoint.</summary>
public sealed record AdminBootstrap
{
    /// <summary><c>ip:port</c>, loopback; 15000 in containers.</summary>
    public required string Address { get; init; }

    /// <summary>Bearer token for everything that changes state or shows configuration. <see langword="null"/>: those are off.</summary>
    public string? Token { get; set; }
}
