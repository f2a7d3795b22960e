using Mesh.Model.Snapshots;

namespace Mesh.Xds.Wire;

/// <summary>How a kind of client has to be told of a cluster's endpoints, where that is not how all are told.</summary>
/// <param name="Locality">Which zones come first; <see langword="null"/>, and for a client without a zone: all are alike.</param>
/// <param name="HasFlatLocalities">Every locality has weight 1: rings of gRPC multiply an endpoint's weight by its locality's.</param>
public sealed record EndpointForm(LocalityPreference? Locality, bool HasFlatLocalities = false);
