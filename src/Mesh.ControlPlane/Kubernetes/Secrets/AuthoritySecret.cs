using System.Text.Json.Nodes;
using Mesh.ControlPlane.Authority;
using Mesh.ControlPlane.Kubernetes.Wire;
using Mesh.Model.Bootstrap;

namespace Mesh.ControlPlane.Kubernetes.Secrets;

/// <summary>
/// Keeps the authority in a Secret of the control plane's own namespace. Whoever may read Secrets there can be anyone in the mesh; whoever may read them only in the namespaces that are
/// served cannot.
/// </summary>
internal sealed partial class AuthoritySecret(KubernetesApi api, KubernetesSettings cluster, TimeProvider time, ILogger<AuthoritySecret> logger) : IAuthorityStore
{
    private const string Key = "authority.json";

    /// <summary>How long an API server that is away is waited for; then the process ends, and kubelet's waits between starts grow.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(500);

    private readonly ObjectPath _secrets = ObjectPath.Secrets(cluster.SystemNamespace);

    /// <summary>The Secret's name.</summary>
    public string Name { get; } = $"{cluster.Mesh}-authority";

    /// <inheritdoc />
    public string Place => $"Secret {cluster.SystemNamespace}/{Name}";

    /// <inheritdoc />
    public async Task<StoredAuthority> ReadOrCreateAsync(Func<byte[]> make, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await TryReadOrCreateAsync(make, cancellationToken);
            }
            catch (KubernetesException e) when (e.IsPassing && time.GetElapsedTime(start) < Patience)
            {
                Log.SecretAwaited(logger, Place, e.Message);
                await Task.Delay(Between, time, cancellationToken);
            }
            catch (KubernetesException e)
            {
                throw new AuthorityException($"{Place} can be neither read nor made: {e.Message}");
            }
        }
    }

    /// <inheritdoc />
    public async Task<StoredAuthority?> TryReplaceAsync(StoredAuthority read, byte[] content, CancellationToken cancellationToken)
    {
        try
        {
            // What else is in it, such as labels of a backup, stays.
            var secret = await api.GetAsync(_secrets.Object(Name), cancellationToken);
            if (secret.Version() != read.Version)
            {
                return null;
            }

            secret["data"]![Key] = Convert.ToBase64String(content);
            return Read(await api.ReplaceAsync(_secrets.Object(Name), secret, cancellationToken));
        }
        catch (KubernetesException e) when (e.IsConflict || e.IsNotFound)
        {
            return null;
        }
        catch (KubernetesException e)
        {
            throw new AuthorityException($"{Place} cannot be changed: {e.Message}");
        }
    }

    /// <summary>What a Secret holds.</summary>
    /// <exception cref="AuthorityException">Nothing that could be read.</exception>
    public StoredAuthority Read(JsonObject secret)
    {
        try
        {
            return new StoredAuthority(Convert.FromBase64String((string?)secret["data"]?[Key] ?? throw new FormatException($"it has no key {Key}")), secret.Version() ?? "");
        }
        catch (FormatException e)
        {
            // Making a new one in its place would cut off every sidecar.
            throw new AuthorityException($"{Place} cannot be read ({e.Message}); restore it from a backup, or delete it to begin with a new authority.");
        }
    }

    private async Task<StoredAuthority> TryReadOrCreateAsync(Func<byte[]> make, CancellationToken cancellationToken)
    {
        if (await api.FindAsync(_secrets.Object(Name), cancellationToken) is { } found)
        {
            return Read(found);
        }

        var secret = Secret(make(), new JsonObject { ["name"] = Name, ["namespace"] = cluster.SystemNamespace, ["labels"] = new JsonObject { ["mesh.dev/mesh"] = cluster.Mesh } });
        try
        {
            return Read(await api.CreateAsync(_secrets.Collection, secret, cancellationToken));
        }
        catch (KubernetesException e) when (e.IsConflict)
        {
            // The other replica was faster: its authority is everyone's.
            return Read(await api.GetAsync(_secrets.Object(Name), cancellationToken));
        }
    }

    private static JsonObject Secret(byte[] content, JsonObject metadata) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Secret",
        ["metadata"] = metadata,
        ["type"] = "Opaque",
        ["data"] = new JsonObject { [Key] = Convert.ToBase64String(content) },
    };

    private static partial class Log
    {
        [LoggerMessage(2632, LogLevel.Warning, "{Place} cannot be read yet, it is tried again: {Reason}", EventName = nameof(SecretAwaited))]
        public static partial void SecretAwaited(ILogger logger, string place, string reason);
    }
}
