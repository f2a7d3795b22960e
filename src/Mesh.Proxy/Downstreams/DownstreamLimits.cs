namespace Mesh.Proxy.Downstreams;

/// <summary>What callers may ask of this proxy before it refuses.</summary>
internal sealed record DownstreamLimits
{
    /// <summary>Those of every proxy.</summary>
    public static DownstreamLimits Default { get; } = new();

    /// <summary>Bytes of a request line. Default: 16 KiB, twice Kestrel's, for long queries; more is answered with 414.</summary>
    public int RequestLine { get; init; } = 16 * 1024;

    /// <summary>Bytes of all headers of a request. Default: 60 KiB, Envoy's; more is answered with 431.</summary>
    public int RequestHeaders { get; init; } = 60 * 1024;

    /// <summary>Headers of a request. Default: 100, Kestrel's and Envoy's; more are answered with 431.</summary>
    public int HeaderCount { get; init; } = 100;

    /// <summary>Time for the first byte, a TLS handshake, and a request's head. Default: 30 s, Kestrel's.</summary>
    public TimeSpan Head { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection may wait for its next request. Default: 2 h, Kuma's inbound default, so that the caller's side closes first.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromHours(2);

    /// <summary>
    /// How long a body whose length was said may not come, and a response that is there may not be taken; then <see cref="Pace"/> counts. Not for requests without a
    /// length, which are streams. Default: 5 min, Envoy's stream idle timeout.
    /// </summary>
    public TimeSpan Standstill { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The least pace of bodies beyond <see cref="Standstill"/>, in bytes per second. Default: 240, Kestrel's.</summary>
    public double Pace { get; init; } = 240;

    /// <summary>Streams on one HTTP/2 connection. Default: 250; gRPC clients open another connection above it.</summary>
    public int StreamsPerConnection { get; init; } = 250;
}
