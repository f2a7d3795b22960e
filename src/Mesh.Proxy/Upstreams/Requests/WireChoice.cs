using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Upstreams;

/// <summary>
/// Chooses HTTP/1.1 or HTTP/2 for the next request to a peer. With little in flight HTTP/1.1 costs a third of HTTP/2; with much, HTTP/2 writes many requests at
/// once, and needs one handshake instead of one for each. Races between requests only blur the border.
/// </summary>
internal sealed class WireChoice
{
    /// <summary>In flight at or above this: HTTP/2. Measured: they break even between 4 and 16.</summary>
    internal const int Busy = 8;

    /// <summary>So many more busy requests than others and it is HTTP/2: more than a stall of some milliseconds lets queue up.</summary>
    internal const int BusyMore = 64;

    /// <summary>In flight at or below this: calm.</summary>
    internal const int Calm = 3;

    /// <summary>So many calm requests in a row and it is HTTP/1.1 again; without it the choice would flutter.</summary>
    internal const int CalmInARow = 256;

    /// <summary>A request body of this many bytes goes over HTTP/1.1, which moves bulk at half the cost.</summary>
    internal const long Bulk = 1024 * 1024;

    private volatile bool _isHttp2;
    private int _calm;
    private int _busy;

    /// <summary>Whether the last choice that was free was HTTP/2.</summary>
    public bool IsBusy => _isHttp2;

    /// <summary>Whether the next request goes over HTTP/2.</summary>
    /// <param name="setting">What the cluster's policy says.</param>
    /// <param name="inFlight">Requests to the peer that are under way, this one included.</param>
    /// <param name="needsHttp2">Whether the request is gRPC.</param>
    /// <param name="length">Bytes of its body; <see langword="null"/>: not known.</param>
    public bool IsHttp2(WireProtocol setting, int inFlight, bool needsHttp2, long? length)
    {
        if (needsHttp2 || setting != WireProtocol.Auto)
        {
            return needsHttp2 || setting == WireProtocol.Http2;
        }

        if (!_isHttp2)
        {
            _calm = 0;
            _busy = inFlight >= Busy ? _busy + 1 : Math.Max(0, _busy - 1);
            _isHttp2 = _busy >= BusyMore;
        }
        else if ((inFlight > Calm ? _calm = 0 : ++_calm) >= CalmInARow)
        {
            _busy = 0;
            _isHttp2 = false;
        }

        return _isHttp2 && length is not >= Bulk;
    }
}
