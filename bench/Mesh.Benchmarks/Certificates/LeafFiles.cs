namespace Mesh.Benchmarks.Certificates;

/// <summary>Where one service's certificate and key lie.</summary>
internal sealed record LeafFiles(string Folder, string Service)
{
    public string SpiffeId => $"spiffe://{BenchCertificates.TrustDomain}/ns/bench/sa/{Service}";

    public string DnsName => $"{Service}.bench";

    /// <summary>Leaf, then intermediate; PEM.</summary>
    public string ChainFile => Path.Combine(Folder, $"{Service}.crt");

    /// <summary>PKCS#8, PEM.</summary>
    public string KeyFile => Path.Combine(Folder, $"{Service}.key");

    /// <summary>Chain and key in one file, as haproxy wants it.</summary>
    public string CombinedFile => Path.Combine(Folder, $"{Service}.pem");
}
