using System.Text.Json.Nodes;
using Mesh.ControlPlane.Authority;
using Mesh.ControlPlane.Kubernetes.Wire;
using Mesh.Model.Bootstrap;

namespace Mesh.ControlPlane.Kubernetes.Secrets;

/// <summary>Has every replica of the control plane sign and trust by the Secret as it is now: one of them may have changed it.</summary>
internal sealed partial class AuthoritySecretWatcher(
    KubernetesApi api, KubernetesSettings cluster, AuthoritySecret secret, OwnAuthority authority, TimeProvider time, ILoggerFactory loggers) : BackgroundService, IObjectSink
{
    private readonly ILogger _logger = loggers.CreateLogger<AuthoritySecretWatcher>();

    public void Replace(IReadOnlyList<JsonObject> all)
    {
        if (all is [var only])
        {
            Put(only);
        }
        else
        {
            Remove([]);
        }
    }

    public void Put(JsonObject changed)
    {
        try
        {
            authority.Take(secret.Read(changed));
        }
        catch (AuthorityException e)
        {
            Log.SecretRefused(_logger, e.Message);
        }
    }

    // Signing goes on with what is in memory; the next start would make a new authority, which nobody trusts.
    public void Remove(JsonObject gone) => Log.SecretGone(_logger, secret.Place);

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        new ObjectWatch(api, ObjectPath.Secrets(cluster.SystemNamespace), $"fieldSelector=metadata.name%3D{secret.Name}", this, time, loggers.CreateLogger<ObjectWatch>()).RunAsync(stoppingToken);

    private static partial class Log
    {
        [LoggerMessage(2630, LogLevel.Error, "The authority was changed and cannot be used; the last good one stays until this process ends: {Reason}", EventName = nameof(SecretRefused))]
        public static partial void SecretRefused(ILogger logger, string reason);

        [LoggerMessage(2631, LogLevel.Error, "{Place} is gone; the authority in memory goes on. Restore it before the control plane restarts, or every sidecar has to get new certificates.", EventName = nameof(SecretGone))]
        public static partial void SecretGone(ILogger logger, string place);
    }
}
