using System.Globalization;
using System.Net;

namespace Mesh.Proxy.Telemetry;

/// <summary>What an access log wants to know of a hop and nobody else keeps. Made only for requests that are logged, and for tcp connections.</summary>
internal sealed class HopNotes
{
    /// <summary>Where it went; <see langword="null"/>: nowhere.</summary>
    public string? UpstreamHost { get; private set; }

    /// <summary>How often it was sent.</summary>
    public int Attempts { get; private set; }

    /// <summary>Bytes of the request's body.</summary>
    public long BytesReceived { get; private set; }

    /// <summary>Bytes of the response's body.</summary>
    public long BytesSent { get; private set; }

    /// <summary>Notes where it goes.</summary>
    public void Sent(EndPoint to)
    {
        Attempts++;
        UpstreamHost = to is DnsEndPoint dns ? string.Create(CultureInfo.InvariantCulture, $"{dns.Host}:{dns.Port}") : to.ToString();
    }

    /// <summary>Notes what has moved.</summary>
    public void Moved(long received, long sent) => (BytesReceived, BytesSent) = (received, sent);
}
