namespace Mesh.ControlPlane.Api;

/// <summary>Which door leads to an endpoint. Without it: <see cref="Api.Door.Api"/>.</summary>
/// <param name="Door">The door.</param>
internal sealed record BehindDoor(Door Door);
