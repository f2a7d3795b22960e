using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;

namespace Mesh.Hosting.Applying;

/// <summary>Where a caller's own sidecars take its calls to one endpoint.</summary>
/// <param name="Ports">Their ports, one for each replica of the caller.</param>
/// <param name="IsPlain">Whether plain HTTP is spoken there though the endpoint is https: sidecars have no certificate.</param>
internal sealed record OwnListener(ImmutableArray<int> Ports, bool IsPlain = false)
{
    /// <summary>The scheme of addresses that lead there.</summary>
    public string SchemeOf(string declared) => IsPlain ? "http" : declared;

    /// <summary>Whether a client has to begin TLS.</summary>
    public bool IsTls(EndpointReference endpoint) => !IsPlain && endpoint.TlsEnabled;
}
