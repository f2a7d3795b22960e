namespace Mesh.Hosting;

/// <summary>How a replica is picked, for each request (for tcp: each connection).</summary>
public enum MeshBalancing
{
    /// <summary>The one with the fewest requests in flight out of a few drawn at random.</summary>
    LeastRequest,

    /// <summary>One after the other.</summary>
    RoundRobin,

    /// <summary>At random.</summary>
    Random,
}
