namespace Mesh.ControlPlane.Authority;

/// <summary>Has the authority at hand before anything is served, and renews what signs when it is due.</summary>
internal sealed partial class AuthorityUpkeep(OwnAuthority authority, TimeProvider time, ILogger<AuthorityUpkeep> logger) : BackgroundService
{
    // A signer lives a year and is renewed at half of it.
    private static readonly TimeSpan CheckEvery = TimeSpan.FromMinutes(10);

    /// <inheritdoc />
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await authority.LoadAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(CheckEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await authority.RenewIfDueAsync(stoppingToken);
                }
                catch (Exception e) when (e is AuthorityException or IOException or UnauthorizedAccessException)
                {
                    Log.NotRenewed(logger, e.Message);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process is stopping.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2105, LogLevel.Error, "The signer is due and could not be renewed; it is tried again in ten minutes: {Reason}", EventName = nameof(NotRenewed))]
        public static partial void NotRenewed(ILogger logger, string reason);
    }
}
