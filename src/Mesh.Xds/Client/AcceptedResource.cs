using Mesh.Xds.Wire;

namespace Mesh.Xds.Client;

/// <summary>A resource that was understood.</summary>
/// <param name="Resource">As it came.</param>
/// <param name="Value">What it says.</param>
/// <param name="At">When it was accepted.</param>
internal sealed record AcceptedResource(XdsResource Resource, object Value, DateTimeOffset At);
