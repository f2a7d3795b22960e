using System.Security.Cryptography;
using Mesh.Proxy.Identity;

namespace Mesh.Proxy.Relay;

/// <summary>Follows the SVID for whoever hands it on: as files, and as the resources of SDS.</summary>
internal sealed partial class RelaySecrets : IDisposable
{
    private readonly IWorkloadIdentity _identity;
    private readonly ILogger _logger;
    private volatile SecretResources? _current;
    private long _generation;

    public RelaySecrets(IWorkloadIdentity identity, ILogger<RelaySecrets> logger)
    {
        _identity = identity;
        _logger = logger;
        identity.Changed += Follow;
        Follow();
    }

    /// <summary>The last SVID in the forms that clients take. <see langword="null"/>: there was none yet.</summary>
    public SecretResources? Current => _current;

    /// <summary>Raised after it has become another, one at a time. Handlers return soon and do not throw.</summary>
    public event Action? Changed;

    /// <inheritdoc />
    public void Dispose() => _identity.Changed -= Follow;

    private void Follow()
    {
        // One that has expired stays: its end is in it, and the next one is on its way.
        if (_identity.Current is not { } svid || Interlocked.Exchange(ref _generation, svid.Generation) == svid.Generation)
        {
            return;
        }

        try
        {
            _current = SecretResources.Of(svid);
        }
        catch (CryptographicException e)
        {
            Log.NotExported(_logger, e.Message);
            return;
        }

        Changed?.Invoke();
    }

    private static partial class Log
    {
        [LoggerMessage(3910, LogLevel.Error, "xDS clients get no new certificate, for its key cannot be exported here: {Reason}", EventName = nameof(NotExported))]
        public static partial void NotExported(ILogger logger, string reason);
    }
}
