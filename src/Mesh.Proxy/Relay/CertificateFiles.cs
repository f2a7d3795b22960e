using System.Globalization;
using Mesh.Model.Bootstrap;
using Mesh.Proxy.Bootstrap;
using Mesh.Proxy.Identity;

namespace Mesh.Proxy.Relay;

/// <summary>
/// Writes key, chain and roots for gRPC's <c>file_watcher</c>. The three are links into one directory per SVID, and the one link to that directory is replaced in one
/// step: whoever reads both files sees both old or both new, unless the step falls between two of its own calls; docs/grpc.md says which clients look again then.
/// </summary>
internal sealed partial class CertificateFiles(RelaySettings settings, IWorkloadIdentity identity, RelaySecrets secrets, ILogger<CertificateFiles> logger) : IHostedService
{
    private const string CurrentLink = "..data";
    private const string GenerationPrefix = "..svid-";

    private readonly Lock _lock = new();

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        secrets.Changed += Write;
        Write();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken)
    {
        secrets.Changed -= Write;
        return Task.CompletedTask;
    }

    private void Write()
    {
        if (secrets.Current is not { } current)
        {
            return;
        }

        lock (_lock)
        {
            try
            {
                Write(current);
                Log.Written(logger, settings.CertificateDirectory, identity.Current?.NotAfter ?? default);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Log.NotWritten(logger, settings.CertificateDirectory, e.Message);
            }
        }
    }

    private void Write(SecretResources current)
    {
        var root = new StateDirectory(settings.CertificateDirectory);
        root.Prepare();
        (string Name, string Content)[] files = [(RelayBootstrap.ChainFile, current.Chain), (RelayBootstrap.RootsFile, current.Roots), (RelayBootstrap.KeyFile, current.Key)];
        if (OperatingSystem.IsWindows())
        {
            // Links need a privilege there; each file is replaced as a whole.
            foreach (var (name, content) in files)
            {
                root.Write(name, System.Text.Encoding.ASCII.GetBytes(content));
            }

            return;
        }

        var before = Generations().Max();
        var next = GenerationPrefix + (Number(before) + 1).ToString("D8", CultureInfo.InvariantCulture);
        var generation = new StateDirectory(Path.Combine(root.Path, next));
        generation.Prepare();
        foreach (var (name, content) in files)
        {
            generation.Write(name, System.Text.Encoding.ASCII.GetBytes(content));
        }

        LinkSwap.Point(Path.Combine(root.Path, CurrentLink), next);
        foreach (var (name, _) in files)
        {
            var link = Path.Combine(root.Path, name);
            if (new FileInfo(link).LinkTarget != Path.Combine(CurrentLink, name))
            {
                LinkSwap.Point(link, Path.Combine(CurrentLink, name));
            }
        }

        // The one before stays for whoever has just followed the link.
        foreach (var old in Generations().Where(g => g != next && g != before).ToList())
        {
            Directory.Delete(Path.Combine(root.Path, old), recursive: true);
        }
    }

    private IEnumerable<string> Generations() =>
        Directory.EnumerateDirectories(settings.CertificateDirectory, GenerationPrefix + "*").Select(d => Path.GetFileName(d)!);

    private static long Number(string? generation) =>
        generation is not null && long.TryParse(generation.AsSpan(GenerationPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static partial class Log
    {
        [LoggerMessage(3911, LogLevel.Information, "Key, chain and roots for xDS clients are in {Directory}; the certificate ends {NotAfter:u}.", EventName = nameof(Written))]
        public static partial void Written(ILogger logger, string directory, DateTimeOffset notAfter);

        [LoggerMessage(3912, LogLevel.Error, "Key, chain and roots for xDS clients cannot be written to {Directory}; clients that read them will fail when the last ones end: {Reason}", EventName = nameof(NotWritten))]
        public static partial void NotWritten(ILogger logger, string directory, string reason);
    }
}
