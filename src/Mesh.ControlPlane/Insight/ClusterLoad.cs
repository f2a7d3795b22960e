namespace Mesh.ControlPlane.Insight;

/// <summary>What the clients beside one service sent to one cluster, since the control plane runs.</summary>
/// <param name="Issued">Requests that were begun.</param>
/// <param name="Succeeded">Those that ended well.</param>
/// <param name="Failed">Those that did not.</param>
/// <param name="Dropped">Requests that the client itself did not send.</param>
/// <param name="InProgress">Requests of the moment of the last reports.</param>
/// <param name="ReportedAt">When the last report came.</param>
internal sealed record ClusterLoad(long Issued, long Succeeded, long Failed, long Dropped, long InProgress, DateTimeOffset ReportedAt);
