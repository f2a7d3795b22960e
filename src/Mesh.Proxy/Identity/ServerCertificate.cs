using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Mesh.Proxy.Bootstrap;

namespace Mesh.Proxy.Identity;

/// <summary>
/// What this proxy shows to browsers and to its own app, who know nothing of SPIFFE: a certificate for localhost. Files that were replaced are read again at the next
/// handshake; what cannot be read leaves the last good one in force.
/// </summary>
internal sealed partial class ServerCertificate(ProxySettings settings, TimeProvider time, ILogger<ServerCertificate> logger)
{
    // Two stat calls at most so often.
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private Loaded? _loaded;
    private long _lookedAt;

    /// <summary>Whether the bootstrap file names one: then https is spoken.</summary>
    public bool IsGiven => settings.ServerCertificate is not null;

    /// <summary>The certificate of now. <see langword="null"/>: none is given, or it was never readable.</summary>
    public SslStreamCertificateContext? Current => Look()?.Context;

    /// <summary>Whether a certificate is for the same key as this one, or as the one before it: an app that runs keeps what it started with.</summary>
    public bool IsSame(X509Certificate2 certificate)
    {
        var key = certificate.PublicKey.ExportSubjectPublicKeyInfo();
        return Look() is { } loaded && (key.AsSpan().SequenceEqual(loaded.Key) || key.AsSpan().SequenceEqual(loaded.KeyBefore));
    }

    private Loaded? Look()
    {
        if (settings.ServerCertificate is not { } files)
        {
            return null;
        }

        var loaded = Volatile.Read(ref _loaded);
        if (loaded is not null && time.GetElapsedTime(Volatile.Read(ref _lookedAt)) < LookEvery)
        {
            return loaded;
        }

        lock (_lock)
        {
            loaded = _loaded;
            Volatile.Write(ref _lookedAt, time.GetTimestamp());
            var written = (File.GetLastWriteTimeUtc(files.CertificateFile), File.GetLastWriteTimeUtc(files.KeyFile));
            if (loaded is not null && loaded.Written == written)
            {
                return loaded;
            }

            if (ServerCertificateReader.TryRead(files, out var context, out var fault))
            {
                var key = context.TargetCertificate.PublicKey.ExportSubjectPublicKeyInfo();
                Log.Loaded(logger, context.TargetCertificate.Subject, context.TargetCertificate.NotAfter.ToUniversalTime());
                loaded = new Loaded(context, key, loaded?.Key ?? key, written);
            }
            else
            {
                Log.Unreadable(logger, fault.Text);
                loaded = loaded is null ? null : loaded with { Written = written };
            }

            Volatile.Write(ref _loaded, loaded);
            return loaded;
        }
    }

    private sealed record Loaded(SslStreamCertificateContext Context, byte[] Key, byte[] KeyBefore, (DateTime, DateTime) Written);

    private static partial class Log
    {
        [LoggerMessage(3690, LogLevel.Information, "https front doors and listeners show the certificate of '{Subject}', valid until {NotAfter:u}.", EventName = nameof(Loaded))]
        public static partial void Loaded(ILogger logger, string subject, DateTime notAfter);

        [LoggerMessage(3691, LogLevel.Warning, "The server certificate's files have changed but cannot be used; the last good certificate stays: {Reason}.", EventName = nameof(Unreadable))]
        public static partial void Unreadable(ILogger logger, string reason);
    }
}
