using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;

namespace Mesh.ControlPlane.Authority;

/// <summary>What the peer of one connection showed in its handshake. It is judged at every call, and again while one goes on (<see cref="PeerConnections"/>): a certificate may expire on an open connection.</summary>
/// <param name="Leaf">The certificate.</param>
/// <param name="Intermediates">What came with it.</param>
internal sealed record PeerCertificates(X509Certificate2 Leaf, ImmutableArray<X509Certificate2> Intermediates);
