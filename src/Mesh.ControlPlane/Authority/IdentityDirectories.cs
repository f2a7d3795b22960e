using System.Collections.Immutable;
using System.Text;
using Mesh.ControlPlane.Store;
using Mesh.Model.Bootstrap;
using Mesh.Model.Topology;

namespace Mesh.ControlPlane.Authority;

/// <summary>
/// Keeps a token and the roots in directories that sidecars mount. They are there before anything is served, so that who starts after the control plane finds them, and are
/// written anew long before the token ends, when the roots change, and when somebody took them away.
/// </summary>
internal sealed partial class IdentityDirectories(
    ControlPlaneSettings settings, IdentityTokens tokens, ISigningAuthority authority, TimeProvider time, ILogger<IdentityDirectories> logger) : BackgroundService
{
    /// <summary>The file with the token.</summary>
    public const string Token = "token";

    /// <summary>The file with the roots, as PEM.</summary>
    public const string Roots = "roots.pem";

    // As long as a projected token of Kubernetes; a third of it is left where the control plane is away.
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan RenewEvery = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);

    private readonly ImmutableArray<(ServiceId Service, string Directory)> _directories =
        [.. settings.Identities.Select(i => (ServiceId.TryParse(i.Service, ServiceId.DefaultNamespace, out var id) ? id : default, i.Directory))];

    private readonly Dictionary<string, DateTimeOffset> _due = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        Write();
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_directories.IsEmpty)
        {
            return;
        }

        using var timer = new PeriodicTimer(LookEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                Write();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process is stopping.
        }
    }

    private void Write()
    {
        var roots = Encoding.UTF8.GetBytes(string.Concat(authority.Current.Bundle.Roots.Select(r => $"{r.ExportCertificatePem()}\n")));
        foreach (var (service, path) in _directories)
        {
            try
            {
                Write(service, new StateDirectory(path), roots);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Log.NotWritten(logger, service.ToString(), path, e.Message);
            }
        }
    }

    private void Write(ServiceId service, StateDirectory directory, byte[] roots)
    {
        if (directory.TryRead(Roots) is not { } there || !there.AsSpan().SequenceEqual(roots))
        {
            directory.Write(Roots, roots);
        }

        if (time.GetUtcNow() < _due.GetValueOrDefault(directory.Path) && directory.TryRead(Token) is not null)
        {
            return;
        }

        var token = tokens.Issue(service, Lifetime);
        directory.Write(Token, Encoding.UTF8.GetBytes(token.Text));
        _due[directory.Path] = time.GetUtcNow() + RenewEvery;
        Log.Written(logger, token.Id, token.SpiffeId.Text, path: directory.Path);
    }

    private static partial class Log
    {
        [LoggerMessage(2130, LogLevel.Debug, "Token {Token} of {SpiffeId} is in {Path}.", EventName = nameof(Written))]
        public static partial void Written(ILogger logger, string token, string spiffeId, string path);

        [LoggerMessage(2131, LogLevel.Warning, "Token and roots of {Service} could not be written to {Path}, so its sidecar gets no certificate; it is tried again in ten seconds: {Reason}", EventName = nameof(NotWritten))]
        public static partial void NotWritten(ILogger logger, string service, string path, string reason);
    }
}
