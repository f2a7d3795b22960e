using System.Collections.Immutable;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Server;

/// <summary>An open discovery stream. Immutable; ask the registry again for what is newer.</summary>
/// <param name="Id">Unique in this process.</param>
/// <param name="NodeId">What the peer calls itself; for Mesh's sidecars in the form of <see cref="Wire.NodeId"/>.</param>
/// <param name="Kind">What the client is.</param>
/// <param name="Profile">What it is served.</param>
/// <param name="UserAgent">Name and version of the client.</param>
/// <param name="ConnectedAt">Since when.</param>
/// <param name="Types">By type URL; a type that was never sent is missing.</param>
public sealed record StreamStatus(
    long Id, string NodeId, ClientKind Kind, string Profile, string UserAgent, DateTimeOffset ConnectedAt, ImmutableDictionary<string, TypeStatus> Types);
