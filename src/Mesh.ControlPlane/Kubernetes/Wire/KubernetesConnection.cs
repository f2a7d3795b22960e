using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mesh.Model.Bootstrap;

namespace Mesh.ControlPlane.Kubernetes.Wire;

/// <summary>Where the API server is, which roots its certificate is checked with and which token the control plane shows: as pods are told, unless the settings say otherwise.</summary>
internal sealed class KubernetesConnection : IDisposable
{
    private const string Account = "/var/run/secrets/kubernetes.io/serviceaccount";

    // A projected token is replaced at 80 % of its life, an hour: client-go reads it again each minute as well.
    private static readonly TimeSpan ReadAgain = TimeSpan.FromMinutes(1);

    private readonly string _tokenFile;
    private readonly string _rootsFile;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private string? _token;
    private DateTimeOffset _tokenReadAt;

    public KubernetesConnection(KubernetesSettings settings, TimeProvider time)
    {
        _tokenFile = settings.TokenFile ?? Path.Combine(Account, "token");
        _rootsFile = settings.CertificateAuthorityFile ?? Path.Combine(Account, "ca.crt");
        _time = time;
        var handler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = TimeSpan.FromSeconds(15),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            ConnectTimeout = TimeSpan.FromSeconds(5),
            UseProxy = false,
        };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsTrusted(certificate, chain, errors);
        Http = new HttpClient(handler) { BaseAddress = Address(settings), Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Without a time limit of its own: watches stay open.</summary>
    public HttpClient Http { get; }

    /// <summary>What the control plane shows; <see langword="null"/>: there is no token file, as where a test or a proxy speaks for it.</summary>
    public AuthenticationHeaderValue? Authorization
    {
        get
        {
            lock (_lock)
            {
                var now = _time.GetUtcNow();
                if (_token is null || now - _tokenReadAt >= ReadAgain)
                {
                    _token = File.Exists(_tokenFile) ? File.ReadAllText(_tokenFile).Trim() : null;
                    _tokenReadAt = now;
                }

                return _token is null ? null : new AuthenticationHeaderValue("Bearer", _token);
            }
        }
    }

    /// <summary>The token was refused: the next request reads the file again.</summary>
    public void ForgetToken()
    {
        lock (_lock)
        {
            _token = null;
        }
    }

    /// <inheritdoc />
    public void Dispose() => Http.Dispose();

    private static Uri Address(KubernetesSettings settings)
    {
        if (settings.Server is { } server)
        {
            return new Uri(server.EndsWith('/') ? server : $"{server}/");
        }

        var host = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST") ?? "kubernetes.default.svc";
        var port = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT") ?? "443";
        return new Uri($"https://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}/");
    }

    private bool IsTrusted(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null || chain is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != 0)
        {
            return false;
        }

        try
        {
            // Read for each handshake, of which there are few: the cluster's roots may be replaced while this runs.
            var roots = new X509Certificate2Collection();
            roots.ImportFromPemFile(_rootsFile);
            using var check = new X509Chain();
            check.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            check.ChainPolicy.CustomTrustStore.AddRange(roots);
            check.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
            check.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            return check.Build((X509Certificate2)certificate);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return false;
        }
    }
}
