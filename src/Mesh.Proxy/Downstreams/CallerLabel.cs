using Mesh.Model.Identity;

namespace Mesh.Proxy.Downstreams;

/// <summary>What is said of a caller on each of its requests: made once for a connection.</summary>
/// <param name="Id">Who it is.</param>
/// <param name="Name">The caller as metrics write it.</param>
/// <param name="ForwardedClientCert">The header by which the app learns who it is.</param>
internal sealed record CallerLabel(SpiffeId Id, string Name, string ForwardedClientCert);
