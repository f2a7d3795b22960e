using Google.Protobuf.WellKnownTypes;
using Mesh.ControlPlane.Store;
using Mesh.Model.Topology;
using Mesh.Registration.V1;

namespace Mesh.ControlPlane.Discovery;

/// <summary>Reads what a sidecar says of its upstreams, as far as it can be true: whatever it says, it takes a bounded place.</summary>
internal static class UpstreamReportReader
{
    private const int Most = 256;
    private const int LongestName = 253;
    private const int LongestReason = 200;

    public static UpstreamReport Read(ReplicaStatus status)
    {
        if (status is { LeftOut.Count: 0, Ejections: 0, HealthFailures: 0 })
        {
            return UpstreamReport.None;
        }

        return new UpstreamReport
        {
            LeftOut = [.. status.LeftOut.Take(Most).Select(Read).OfType<LeftOut>()],
            More = (int)Math.Min(1_000_000, status.LeftOutMore + (ulong)Math.Max(0, status.LeftOut.Count - Most)),
            Ejections = (long)Math.Min(long.MaxValue, status.Ejections),
            HealthFailures = (long)Math.Min(long.MaxValue, status.HealthFailures),
        };
    }

    private static LeftOut? Read(LeftOutReplica said) =>
        said.Replica.Length is > 0 and <= LongestName && said.Cluster.Length <= 3 * LongestName && PortRef.TryParse(said.Cluster, out var upstream)
            ? new LeftOut(
                upstream,
                said.Replica,
                said.By == LeftOutBy.HealthCheck ? LeftOut.Unhealthy : LeftOut.Ejected,
                said.Reason.Length > LongestReason ? said.Reason[..LongestReason] : said.Reason,
                At(said.Since),
                At(said.Until))
            : null;

    private static DateTimeOffset? At(Timestamp? said) =>
        said is { Nanos: >= 0 and < 1_000_000_000 } && said.Seconds >= DateTimeOffset.MinValue.ToUnixTimeSeconds() && said.Seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds() ? said.ToDateTimeOffset() : null;
}
