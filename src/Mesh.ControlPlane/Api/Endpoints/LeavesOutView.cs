namespace Mesh.ControlPlane.Api;

/// <summary>An endpoint that a sidecar leaves out.</summary>
/// <param name="Upstream">The port that is called.</param>
/// <param name="Name">The replica.</param>
/// <param name="State"><c>ejected</c> by outlier detection, or <c>unhealthy</c> by health checks.</param>
/// <param name="Reason">Why.</param>
/// <param name="Since">Since when.</param>
/// <param name="Until">Until when; <see langword="null"/>: until it is well.</param>
internal sealed record LeavesOutView(string Upstream, string Name, string State, string Reason, DateTimeOffset? Since, DateTimeOffset? Until);
