using Mesh.Model.Identity;

namespace Mesh.Proxy.Upstreams;

/// <summary>The header by which an app learns who called it. Callers' own are dropped; the value is Envoy's: <c>By=&lt;called&gt;;URI=&lt;caller&gt;</c>.</summary>
internal static class IdentityHeaders
{
    /// <summary>The header's name.</summary>
    public const string ForwardedClientCert = "x-forwarded-client-cert";

    /// <summary>Its value. SPIFFE ids hold nothing that would need quoting.</summary>
    public static string Value(SpiffeId called, SpiffeId caller) => $"By={called.Text};URI={caller.Text}";
}
