using Mesh.Model.Identity;
using Mesh.Model.Topology;
using Mesh.Proxy.Bootstrap;

namespace Mesh.Proxy.Tests;

/// <summary>Settings that tests begin with.</summary>
internal static class Some
{
    public static readonly TrustDomain TrustDomain = TrustDomain.Parse("shop.local");

    public static ProxySettings Settings(string stateDirectory, string service = "default/orders")
    {
        Assert.True(ServiceId.TryParse(service, ServiceId.DefaultNamespace, out var id));
        return new ProxySettings
        {
            Service = id,
            Id = SpiffeId.ForService(TrustDomain, id),
            Replica = $"{id.Name}-1",
            ControlPlane = new Uri("https://127.0.0.1:1"),
            Token = "the-token",
            StateDirectory = stateDirectory,
        };
    }
}
