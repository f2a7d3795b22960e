using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Mesh.Model.Identity;

/// <summary>The root certificates that a trust domain is trusted by; more than one while roots rotate.</summary>
public sealed class TrustBundle : IEquatable<TrustBundle>
{
    private TrustBundle(ImmutableArray<X509Certificate2> roots) => Roots = roots;

    /// <summary>Trusts nobody.</summary>
    public static TrustBundle Empty { get; } = new([]);

    /// <summary>The roots, in the order given. They live as long as the process: handshakes may still hold them.</summary>
    public ImmutableArray<X509Certificate2> Roots { get; }

    /// <summary>Whether nobody is trusted.</summary>
    public bool IsEmpty => Roots.IsEmpty;

    /// <summary>Takes roots as DER.</summary>
    /// <exception cref="CryptographicException">One of them is not a certificate.</exception>
    public static TrustBundle FromDer(IEnumerable<ReadOnlyMemory<byte>> roots) =>
        new([.. roots.Select(root => X509CertificateLoader.LoadCertificate(root.Span))]);

    /// <summary>Takes roots as PEM texts, each with one certificate or several.</summary>
    /// <exception cref="CryptographicException">A text holds no certificate, or something else under that label.</exception>
    public static TrustBundle FromPem(IEnumerable<string> texts)
    {
        var roots = ImmutableArray.CreateBuilder<X509Certificate2>();
        foreach (var text in texts)
        {
            var found = new X509Certificate2Collection();
            found.ImportFromPem(text);
            if (found.Count == 0)
            {
                throw new CryptographicException("The text holds no '-----BEGIN CERTIFICATE-----' block.");
            }

            roots.AddRange(found);
        }

        return new(roots.ToImmutable());
    }

    /// <summary>All roots as one PEM text.</summary>
    public string ToPem()
    {
        var text = new StringBuilder();
        foreach (var root in Roots)
        {
            text.Append(root.ExportCertificatePem()).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Whether both hold the same certificates in the same order.</summary>
    public bool Equals(TrustBundle? other) =>
        other is not null && Roots.Length == other.Roots.Length && Roots.Zip(other.Roots).All(pair => pair.First.RawDataMemory.Span.SequenceEqual(pair.Second.RawDataMemory.Span));

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as TrustBundle);

    /// <inheritdoc />
    public override int GetHashCode() => Roots.IsEmpty ? 0 : Roots[0].GetHashCode();
}
