namespace Mesh.Model.Bootstrap;

/// <summary>A sidecar's admin endpoint.</summary>
public sealed record AdminBootstrap
{
    /// <summary><c>ip:port</c>, loopback; 15000 in containers.</summary>
    public required string Address { get; init; }

    /// <summary>Bearer token for everything that changes state or shows configuration. <see langword="null"/>: the sidecar makes one at each start, in <c>admin.token</c> of its state directory.</summary>
    public string? Token { get; set; }
}
