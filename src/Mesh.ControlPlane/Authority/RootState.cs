using System.Text.Json.Serialization;

namespace Mesh.ControlPlane.Authority;

/// <summary>Where a root stands while roots rotate.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RootState>))]
internal enum RootState
{
    /// <summary>The intermediate that signs is under it.</summary>
    Active,

    /// <summary>In the bundle so that everyone learns to trust it; signs nothing yet.</summary>
    Incoming,

    /// <summary>In the bundle because certificates under it may still be alive; signs nothing any more.</summary>
    Outgoing,
}
