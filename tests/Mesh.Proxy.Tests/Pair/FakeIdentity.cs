using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Mesh.Model.Identity;
using Mesh.Proxy.Identity;
using Mesh.Testing.Identity;

namespace Mesh.Proxy.Tests.Pair;

/// <summary>An identity in memory.</summary>
internal sealed class FakeIdentity(SpiffeId id, TestAuthority authority) : IWorkloadIdentity
{
    private long _generation;
    private WorkloadSvid? _current;

    public event Action? Changed;

    /// <summary>How often it is still there for who looks; then its time is over.</summary>
    public int Looks { get; set; } = int.MaxValue;

    public WorkloadSvid? Current => Looks-- > 0 ? Volatile.Read(ref _current) : null;

    /// <summary>Takes the next SVID.</summary>
    public void Rotate() => Set(authority.Issue([id.Text]));

    /// <summary>Takes a certificate of the test's choice.</summary>
    public void Set(X509Certificate2 leaf)
    {
        Volatile.Write(ref _current, new WorkloadSvid
        {
            Id = id,
            CertificateContext = SslStreamCertificateContext.Create(leaf, [authority.Intermediate], offline: true),
            TrustBundle = authority.Bundle,
            NotBefore = leaf.NotBefore.ToUniversalTime(),
            NotAfter = leaf.NotAfter.ToUniversalTime(),
            RenewAfter = leaf.NotAfter.ToUniversalTime(),
            Generation = ++_generation,
        });
        Changed?.Invoke();
    }

    /// <summary>Loses it.</summary>
    public void Lose()
    {
        Volatile.Write(ref _current, null);
        Changed?.Invoke();
    }
}
