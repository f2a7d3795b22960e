using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Mesh.Proxy.Bootstrap;
using Mesh.Proxy.Configuration;
using Mesh.Proxy.Identity;
using Mesh.Proxy.Outbound;
using Mesh.Xds.Client;

namespace Mesh.Proxy.Admin;

/// <summary>Shows what is in force. No keys and no tokens.</summary>
internal sealed class AdminDumps(ProxySettings settings, WorkloadIdentity identity, ILiveConfiguration configuration, OutboundState outbound, IAdsClient ads)
{
    /// <summary>Everything that came from the control plane, in the shape of CSDS, and how it stands with it.</summary>
    public void WriteConfiguration(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("version", ProxyVersion.Text);
        json.WriteString("spiffeId", settings.Id.Text);
        json.WriteString("replica", settings.Replica);
        json.WriteNumber("generation", configuration.Current?.Generation ?? 0);
        json.WriteStartObject("controlPlane");
        json.WriteString("address", settings.ControlPlane?.ToString());
        json.WriteBoolean("connected", ads.Status.Connected);
        json.WriteString("since", ads.Status.Since);
        json.WriteString("lastError", ads.Status.LastError);
        json.WriteEndObject();
        json.WriteStartObject("listeners");
        foreach (var (name, address) in settings.Listeners.OrderBy(l => l.Key, StringComparer.Ordinal))
        {
            json.WriteString(name, address.ToString());
        }

        json.WriteEndObject();
        json.WritePropertyName("xds");
        ads.WriteState(json);
        json.WriteEndObject();
    }

    /// <summary>The SVID and the roots.</summary>
    public void WriteCertificates(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("spiffeId", settings.Id.Text);
        json.WriteBoolean("valid", identity.Current is not null);
        json.WriteNumber("remainingSeconds", Math.Floor(identity.Remaining.TotalSeconds));
        if (identity.Latest is { } svid)
        {
            json.WriteNumber("generation", svid.Generation);
            json.WriteString("renewAfter", svid.RenewAfter);
            json.WriteStartArray("chain");
            Write(json, svid.CertificateContext.TargetCertificate);
            foreach (var intermediate in svid.CertificateContext.IntermediateCertificates)
            {
                Write(json, intermediate);
            }

            json.WriteEndArray();
            json.WriteStartArray("roots");
            foreach (var root in svid.TrustBundle.Roots)
            {
                Write(json, root);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>The upstreams and their ready replicas.</summary>
    public void WriteClusters(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        var current = configuration.Current;
        foreach (var cluster in current?.Snapshot.Clusters ?? [])
        {
            json.WriteStartObject();
            json.WriteString("name", cluster.Name);
            json.WriteString("kind", cluster.Kind.ToString());
            json.WriteString("protocol", cluster.Protocol.ToString());
            json.WriteString("peer", cluster.PeerIdentity?.Text ?? cluster.ExternalHost);
            json.WriteString("loadBalancing", cluster.LoadBalancing.Kind.ToString());
            var live = outbound.Tables?.Clusters.GetValueOrDefault(cluster.Name);
            WriteLimits(json, live);
            json.WriteStartArray("endpoints");
            foreach (var endpoint in current!.Endpoints.GetValueOrDefault(cluster.Name)?.Endpoints ?? [])
            {
                json.WriteStartObject();
                json.WriteString("replica", endpoint.Replica);
                json.WriteString("address", $"{endpoint.Address}:{endpoint.Port}");
                json.WriteNumber("weight", endpoint.Weight);
                json.WriteString("zone", endpoint.Zone);
                json.WriteNumber("priority", endpoint.Priority);
                json.WriteString("state", live?.Replicas.FirstOrDefault(replica => replica.Name == endpoint.Replica)?.State ?? "live");
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteLimits(Utf8JsonWriter json, OutboundCluster? live)
    {
        json.WriteBoolean("panic", live?.IsPanic ?? false);
        json.WriteStartObject("remaining");
        foreach (var (resource, remaining, _) in live?.Breaker?.Read() ?? [])
        {
            json.WriteNumber(resource, remaining);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, X509Certificate2 certificate)
    {
        json.WriteStartObject();
        json.WriteString("subject", certificate.Subject);
        json.WriteString("serial", certificate.SerialNumber);
        json.WriteString("notBefore", certificate.NotBefore.ToUniversalTime());
        json.WriteString("notAfter", certificate.NotAfter.ToUniversalTime());
        json.WriteString("sha256", certificate.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256));
        json.WriteEndObject();
    }
}
