using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mesh.Model.Bootstrap;
using Mesh.Model.Identity;

namespace Mesh.ControlPlane.Authority;

/// <summary>
/// The authority that the user brings as files. They are read again when they change, so that signer and roots can be replaced without a restart; files that do not fit
/// together are reported and the last good ones stay. Nobody but the user renews them, so their end is announced.
/// </summary>
internal sealed partial class GivenAuthority : ISigningAuthority
{
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(5);

    /// <summary>Between two words on the same end.</summary>
    private static readonly TimeSpan RemindEvery = TimeSpan.FromHours(12);

    /// <summary>The part of a signer's life at whose beginning its end is announced: 36 days of a year. Who renews certificates by rule has done so at two thirds, cert-manager's default.</summary>
    private const int LastPart = 10;

    private readonly AuthorityFiles _files;
    private readonly TimeProvider _time;
    private readonly ILogger<GivenAuthority> _logger;
    private readonly Lock _lock = new();
    private SigningChain _chain;
    private string _stamp;
    private string? _refused;
    private (bool IsOver, DateTimeOffset At)? _announced;
    private DateTimeOffset _checkedAt;

    /// <summary>Reads the files.</summary>
    /// <exception cref="AuthorityException">They do not fit together.</exception>
    public GivenAuthority(AuthorityFiles files, TimeProvider time, ILogger<GivenAuthority> logger)
    {
        _files = files;
        _time = time;
        _logger = logger;
        _stamp = Stamp();
        _chain = Read();
        _checkedAt = time.GetUtcNow();
    }

    /// <inheritdoc />
    public SigningChain Current
    {
        get
        {
            lock (_lock)
            {
                var now = _time.GetUtcNow();
                if (now - _checkedAt >= CheckEvery)
                {
                    _checkedAt = now;
                    ReadAgain();
                    Announce(now);
                }

                return _chain;
            }
        }
    }

    private void ReadAgain()
    {
        var stamp = Stamp();
        if (stamp == _stamp)
        {
            return;
        }

        // What is refused is looked at again: it may be not valid yet, or half of what is being copied.
        try
        {
            _chain = Read();
            (_stamp, _refused, _announced) = (stamp, null, null);
            Log.FilesReplaced(_logger, CertificatePem.Id(_chain.Signer), _chain.Bundle.Roots.Length);
        }
        catch (AuthorityException e)
        {
            if (_refused != e.Message)
            {
                _refused = e.Message;
                Log.FilesRefused(_logger, e.Message);
            }
        }
    }

    private void Announce(DateTimeOffset now)
    {
        var signer = _chain.Signer;
        DateTimeOffset from = signer.NotBefore.ToUniversalTime();
        DateTimeOffset to = signer.NotAfter.ToUniversalTime();
        if (now < to - ((to - from) / LastPart) || (_announced is { } last && last.IsOver == now >= to && now - last.At < RemindEvery))
        {
            return;
        }

        _announced = (now >= to, now);
        if (now >= to)
        {
            Log.SignerEnded(_logger, CertificatePem.Id(signer), to, _files.CertificateFile);
        }
        else
        {
            Log.SignerEnds(_logger, CertificatePem.Id(signer), to, _files.CertificateFile);
        }
    }

    private SigningChain Read()
    {
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPemFile(_files.CertificateFile);
            var signer = X509Certificate2.CreateFromPem(File.ReadAllText(_files.CertificateFile), File.ReadAllText(_files.KeyFile));
            var roots = new X509Certificate2Collection();
            foreach (var file in _files.RootFiles)
            {
                roots.ImportFromPemFile(file);
            }

            if (roots.Count == 0)
            {
                roots.AddRange(certificates.Where(IsSelfSigned).ToArray());
            }

            return Check(signer, [.. certificates.Where(c => !IsSelfSigned(c))], roots);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new AuthorityException($"The authority's files cannot be used: {e.Message} (authority.certificateFile={_files.CertificateFile})");
        }
    }

    private SigningChain Check(X509Certificate2 signer, ImmutableArray<X509Certificate2> intermediates, X509Certificate2Collection roots)
    {
        using var key = signer.GetECDsaPrivateKey();
        if (key is null || key.KeySize < 256)
        {
            throw new AuthorityException($"authority.keyFile={_files.KeyFile} must hold an ECDSA key of P-256 or better.");
        }

        if (signer.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault() is not { CertificateAuthority: true })
        {
            throw new AuthorityException($"authority.certificateFile={_files.CertificateFile} begins with a certificate that may not sign others (basic constraints: CA).");
        }

        if (roots.Count == 0)
        {
            throw new AuthorityException("authority.rootFiles names no root, and authority.certificateFile holds none: sidecars would trust nobody.");
        }

        var bundle = TrustBundle.FromDer(roots.Select(r => r.RawDataMemory));
        if (SvidVerifier.WhyUntrusted(signer, intermediates, bundle, _time.GetUtcNow()) is { } reason)
        {
            throw new AuthorityException($"authority.certificateFile={_files.CertificateFile} does not lead to a root of authority.rootFiles: {reason}.");
        }

        return new SigningChain(signer, [.. intermediates.Select(c => c.RawData)], bundle);
    }

    private string Stamp() => string.Join('|', _files.RootFiles.Append(_files.CertificateFile).Append(_files.KeyFile)
        .Select(file => File.Exists(file) ? $"{File.GetLastWriteTimeUtc(file).Ticks}" : "none"));

    private static bool IsSelfSigned(X509Certificate2 certificate) => certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    private static partial class Log
    {
        [LoggerMessage(2110, LogLevel.Information, "The authority's files were replaced: signer {SignerId}, {RootCount} roots.", EventName = nameof(FilesReplaced))]
        public static partial void FilesReplaced(ILogger logger, string signerId, int rootCount);

        [LoggerMessage(2111, LogLevel.Warning, "The authority's files changed and cannot be used; the last good ones stay. {Reason}", EventName = nameof(FilesRefused))]
        public static partial void FilesRefused(ILogger logger, string reason);

        [LoggerMessage(2112, LogLevel.Warning, "The signer {SignerId} ends {End:u}; after that nobody gets a certificate. Replace it in time (authority.certificateFile={File}); the files are read again when they change.", EventName = nameof(SignerEnds))]
        public static partial void SignerEnds(ILogger logger, string signerId, DateTimeOffset end, string file);

        [LoggerMessage(2113, LogLevel.Error, "The signer {SignerId} ended {End:u}: nobody gets a certificate any more, this control plane neither. Replace it (authority.certificateFile={File}); the files are read again when they change.", EventName = nameof(SignerEnded))]
        public static partial void SignerEnded(ILogger logger, string signerId, DateTimeOffset end, string file);
    }
}
