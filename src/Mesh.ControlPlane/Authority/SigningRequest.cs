using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;

namespace Mesh.ControlPlane.Authority;

/// <summary>What counts of a certificate signing request: its key, which its holder proved to have, and the names it asks for.</summary>
/// <param name="PublicKey">The key.</param>
/// <param name="UriNames">URI names it asks for. They are compared and never copied.</param>
internal sealed record SigningRequest(PublicKey PublicKey, ImmutableArray<string> UriNames);
