using Mesh.Proxy.Configuration;
using Mesh.Proxy.Policies.HealthCheck;
using Mesh.Proxy.Policies.OutlierDetection;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Outbound;

/// <summary>Holds the tables in force; requests read them by one reference.</summary>
internal sealed class OutboundState(UpstreamKit kit, Random random, OutlierEvents outlierEvents, HealthEvents healthEvents) : IDisposable
{
    private readonly Lock _lock = new();
    private OutboundTables? _tables;

    /// <summary>The tables; <see langword="null"/>: no configuration yet.</summary>
    public OutboundTables? Tables => Volatile.Read(ref _tables);

    /// <summary>Raised after a replica was left out or is used again, by several threads. Handlers return soon and do not throw.</summary>
    public event Action? LeftOutChanged;

    /// <summary>A number from 0 up to, not including, the given one.</summary>
    public int Draw(int below)
    {
        // An own Random is not safe for many threads; the draw is a few nanoseconds.
        lock (_lock)
        {
            return random.Next(below);
        }
    }

    /// <summary>Puts a configuration in force. One at a time.</summary>
    public OutboundTables Apply(ProxyConfiguration configuration)
    {
        var previous = _tables;
        var next = OutboundTables.Create(configuration, previous, new ClusterRoom(kit, Draw, outlierEvents, healthEvents, () => LeftOutChanged?.Invoke()));
        Volatile.Write(ref _tables, next);
        previous?.GiveWayTo(next);
        if (previous?.Clusters.Values.Any(cluster => cluster.Replicas.Any(replica => replica.IsOut)) == true)
        {
            LeftOutChanged?.Invoke(); // with a cluster goes what was said of its replicas
        }

        return next;
    }

    /// <summary>Nothing is looked after any more.</summary>
    public void Dispose()
    {
        foreach (var cluster in Tables?.Clusters.Values ?? [])
        {
            cluster.Outliers?.Dispose();
            cluster.Health?.Dispose();
        }
    }
}
