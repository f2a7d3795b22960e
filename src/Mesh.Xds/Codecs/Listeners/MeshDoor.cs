using System.Collections.Immutable;
using Mesh.Model.Snapshots;

namespace Mesh.Xds.Codecs;

/// <summary>The mesh door as one resource.</summary>
internal sealed record MeshDoor(ImmutableArray<InboundPort> Ports);
