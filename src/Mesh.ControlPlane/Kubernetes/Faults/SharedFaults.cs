using System.Collections.Immutable;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Kubernetes.Sharing;
using Mesh.Model.Policies.Fault;

namespace Mesh.ControlPlane.Kubernetes.Faults;

/// <summary>
/// Faults of a mesh whose control plane has several replicas: whichever is asked, the sidecars of every one hear of it. Each ends them by its own clock; what has ended is taken out with the next
/// change.
/// </summary>
internal sealed partial class SharedFaults(SharedLease lease, FaultLeases leases, TimeProvider time, ILogger<SharedFaults> logger) : IHostedService, IFaultHolder
{
    /// <summary>The annotation.</summary>
    internal const string Annotation = "mesh.dev/faults";

    // All annotations of an object together may have 256 KiB.
    private const int MostCharacters = 192 * 1024;

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lease.Follow(Annotation, text => leases.Replace(FaultText.InForce(Read(text), time.GetUtcNow())));
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public async ValueTask<FaultLease?> BeginAsync(FaultRequest request, string by, CancellationToken cancellationToken)
    {
        var begun = FaultLease.Begin(request, by, time.GetUtcNow());
        return await ChangeAsync(all => all.Length < FaultLeases.MostAtATime && FaultText.Write(all.Add(begun)).Length <= MostCharacters ? all.Add(begun) : null, cancellationToken) ? begun : null;
    }

    /// <inheritdoc />
    public async ValueTask<FaultLease?> EndAsync(string id, CancellationToken cancellationToken)
    {
        FaultLease? ended = null;
        return await ChangeAsync(all => (ended = all.FirstOrDefault(known => known.Id == id)) is null ? null : all.Remove(ended), cancellationToken) ? ended : null;
    }

    private Task<bool> ChangeAsync(Func<ImmutableArray<FaultLease>, ImmutableArray<FaultLease>?> change, CancellationToken cancellationToken) =>
        lease.ChangeAsync(Annotation, text => change(Read(text)) is { } next ? FaultText.Write(next) : null, cancellationToken);

    private ImmutableArray<FaultLease> Read(string? text)
    {
        var read = FaultText.Read(text, time.GetUtcNow(), out var refused);
        if (refused > 0)
        {
            Log.Refused(logger, refused, lease.Name);
        }

        return read;
    }

    private static partial class Log
    {
        [LoggerMessage(2690, LogLevel.Warning, "{Count} entries of Lease {Lease} are no faults that could have begun; nothing goes wrong for them. Nobody but the control plane is to write it.", EventName = nameof(Refused))]
        public static partial void Refused(ILogger logger, int count, string lease);
    }
}
