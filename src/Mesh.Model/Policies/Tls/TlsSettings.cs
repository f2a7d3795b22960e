using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.Tls;

/// <summary>Whether callers need a certificate, and what may be agreed on at a mesh door.</summary>
public sealed record TlsSettings : PolicySettings
{
    /// <summary>Whether the port also answers callers in plain text. Without any policy: strict, it does not.</summary>
    public TlsMode? Mode { get; init; }

    /// <summary>The oldest version. Without any policy: TLS 1.3.</summary>
    public TlsVersion? MinVersion { get; init; }

    /// <summary>The newest version. Without any policy: TLS 1.3.</summary>
    public TlsVersion? MaxVersion { get; init; }

    /// <summary>Suites of TLS 1.2; their order means nothing. Without any policy: those for ECDSA keys.</summary>
    public ImmutableArray<TlsCipher>? Ciphers { get; init; }

    internal override IEnumerable<Violation> Validate(FieldPath at)
    {
        if (MinVersion > MaxVersion)
        {
            yield return new(at / "tlsVersion" / "min", $"is {MinVersion}, newer than max {MaxVersion}; make it older, or max newer");
        }

        if (Ciphers is not { } ciphers)
        {
            yield break;
        }

        var where = at / "tlsCiphers";
        if (MinVersion == TlsVersion.TLS13)
        {
            yield return new(where, "are suites of TLS 1.2, which is not spoken with tlsVersion.min TLS13; leave them out, or make min TLS12");
        }

        for (var i = 0; i < ciphers.Length; i++)
        {
            if (ciphers.IndexOf(ciphers[i]) < i)
            {
                yield return new(where[i], $"is {ciphers[i].ToWord()} a second time; leave it out");
            }
        }

        if (!ciphers.IsEmpty && ciphers.All(c => c.IsForRsa()))
        {
            yield return new(where, $"are for RSA keys alone, and certificates of the mesh have ECDSA keys: nobody could agree; add {TlsCipher.EcdheEcdsaAes128Gcm.ToWord()}");
        }
    }
}
