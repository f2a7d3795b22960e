using System.Net.Security;
using System.Security.Authentication;
using BenchmarkDotNet.Attributes;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Identity;

namespace Mesh.Benchmarks.Micro;

/// <summary>Whether the connection of a request agreed on what the port's Tls policy allows now.</summary>
public class HandshakeCheck
{
    private static readonly AgreedTls Newest = new(SslProtocols.Tls13, TlsCipherSuite.TLS_AES_256_GCM_SHA384);
    private static readonly AgreedTls Older = new(SslProtocols.Tls12, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256);
    private HandshakeBounds? _bounds;
    private AgreedTls? _agreed;

    /// <summary>The oldest version that the policy allows, which is what was agreed on.</summary>
    [Params(TlsVersion.TLS13, TlsVersion.TLS12)]
    public TlsVersion Min { get; set; }

    /// <summary>Compiles the bounds.</summary>
    [GlobalSetup]
    public void Compile()
    {
        _bounds = HandshakeBounds.Of(new DoorTls { Min = Min });
        _agreed = Min == TlsVersion.TLS13 ? Newest : Older;
    }

    /// <summary>One request.</summary>
    [Benchmark]
    public bool Hold() => _bounds!.Hold(_agreed);
}
