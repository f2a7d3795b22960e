namespace Mesh.Proxy.Relay;

/// <summary>What the clients of one relay may take of the sidecar and of the control plane behind it. All clients are processes of one replica: a handful.</summary>
internal sealed record RelayLimits
{
    /// <summary>Those of every relay.</summary>
    public static RelayLimits Default { get; } = new();

    /// <summary>Connections at once; more are closed. Default: 32.</summary>
    public int Connections { get; init; } = 32;

    /// <summary>Streams at once over all connections; more are answered with RESOURCE_EXHAUSTED. Default: 64, below the 100 that servers allow on the one connection upstream.</summary>
    public int Streams { get; init; } = 64;

    /// <summary>Bytes of a request. Default: 1 MiB, the names of some ten thousand resources.</summary>
    public int Request { get; init; } = 1 << 20;

    /// <summary>Requests of all streams together that are taken without a pause. Default: 2000; a client that starts asks for each resource once or twice.</summary>
    public int Burst { get; init; } = 2000;

    /// <summary>Requests per second after that; more wait, and their clients with them. Default: 200.</summary>
    public int Rate { get; init; } = 200;

    /// <summary>How long a new stream may say nothing. Default: 30 s, as for a request's head.</summary>
    public TimeSpan FirstRequest { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a client may take nothing of what is written to it. Default: 30 s.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>After so long without a word a connection is pinged; a client that is stopped does not answer. Default: 30 s, and 20 s for the answer.</summary>
    public TimeSpan PingDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long it may take to answer. Default: 20 s.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(20);
}
