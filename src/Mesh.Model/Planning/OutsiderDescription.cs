using System.Collections.Immutable;
using Mesh.Model.Topology;

namespace Mesh.Model.Planning;

/// <summary>Something the app runs without a sidecar. It is an item of the plan so that nothing is left out silently.</summary>
public sealed record OutsiderDescription
{
    /// <summary>Its name.</summary>
    public required ServiceId Id { get; init; }

    /// <summary>Why it is outside, as a clause such as <c>it runs in a container without a sidecar image</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>Whom it calls.</summary>
    public ImmutableArray<UseDescription> Uses { get; init; } = [];

    /// <summary>Whether the user allowed its calls into the mesh, which come without an identity. Default: they are refused.</summary>
    public bool MayCall { get; init; }

    /// <summary>
    /// Whether its calls pass whatever the mesh says, for the reason given, which is a whole clause then: they go round the sidecar, or come as somebody else. Default: no.
    /// </summary>
    public bool PassesAnyway { get; init; }

    /// <summary>Where it was declared.</summary>
    public Declaration DeclaredAt { get; init; }
}
