using System.Collections.Frozen;
using System.Net;

namespace Mesh.Proxy.Bootstrap;

/// <summary>What passes at one address.</summary>
/// <param name="Address">The address.</param>
/// <param name="Applications">The app behind each path, which has to be met exactly, its query too.</param>
internal sealed record ProbeDoors(IPEndPoint Address, FrozenDictionary<string, EndPoint> Applications);
