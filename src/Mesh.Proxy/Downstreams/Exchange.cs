using Microsoft.AspNetCore.Http.Features;

namespace Mesh.Proxy.Downstreams;

/// <summary>One request and its response. Kestrel keeps the object with the connection or stream and uses it again for the next request.</summary>
internal sealed class Exchange
{
    private readonly DefaultHttpContext _context = new();
    private DownstreamConnection? _connection;
    private RequestFacts? _facts;
    private int _isActive;
    private int _isListed;

    /// <summary>Request and response.</summary>
    public HttpContext Context => _context;

    /// <summary>The connection it came on.</summary>
    public DownstreamConnection Connection => _connection!;

    /// <summary>What a permission was granted on; <see langword="null"/> while no request is under way. Read by other threads.</summary>
    public RequestFacts? Facts
    {
        get => Volatile.Read(ref _facts);
        set => Volatile.Write(ref _facts, value);
    }

    /// <summary>Takes up the next request.</summary>
    public void Begin(IFeatureCollection features)
    {
        _context.Initialize(features);
        _connection ??= features.Get<DownstreamConnection>()!;
        Interlocked.Exchange(ref _isActive, 1);
        if (Volatile.Read(ref _isListed) == 0)
        {
            _connection.List(this);
        }
    }

    /// <summary>Lets go of the request.</summary>
    public void End()
    {
        Facts = null;
        Volatile.Write(ref _isActive, 0);
        _context.Uninitialize();
    }

    /// <summary>Marks it as found by its connection. Under the connection's lock.</summary>
    internal void MarkListed() => Volatile.Write(ref _isListed, 1);

    /// <summary>Takes the mark away unless a request runs; the next one lists it again. Under the connection's lock.</summary>
    internal bool TryUnlist()
    {
        Interlocked.Exchange(ref _isListed, 0);
        if (Volatile.Read(ref _isActive) == 0)
        {
            return true;
        }

        MarkListed();
        return false;
    }
}
