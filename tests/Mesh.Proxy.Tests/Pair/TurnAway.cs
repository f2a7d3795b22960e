namespace Mesh.Proxy.Tests.Pair;

/// <summary>How an app of HTTP/2 turns a stream away.</summary>
public enum TurnAway
{
    /// <summary>RST_STREAM with REFUSED_STREAM.</summary>
    Refuse,

    /// <summary>GOAWAY of a last stream before it: the connection ends, and this one was not looked at.</summary>
    GoAway,

    /// <summary>413 at once, without reading on.</summary>
    Answer,
}
