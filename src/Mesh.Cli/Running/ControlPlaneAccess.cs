using System.Collections.Immutable;

namespace Mesh.Cli.Running;

/// <summary>What a sidecar needs to reach the control plane and to know that it is the right one.</summary>
/// <param name="Grpc">URL of its gRPC endpoint.</param>
/// <param name="Roots">Roots, as PEM.</param>
internal sealed record ControlPlaneAccess(string Grpc, ImmutableArray<string> Roots);
