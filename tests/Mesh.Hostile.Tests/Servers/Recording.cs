namespace Mesh.Hostile.Tests.Servers;

/// <summary>The requests that arrived behind a server, to be taken by the message that caused them.</summary>
internal sealed class Recording
{
    private readonly Lock _lock = new();
    private List<SeenRequest> _requests = [];

    /// <summary>Notes a request.</summary>
    public void Add(SeenRequest request)
    {
        lock (_lock)
        {
            _requests.Add(request);
        }
    }

    /// <summary>Takes what was noted so far.</summary>
    public List<SeenRequest> Take()
    {
        lock (_lock)
        {
            var taken = _requests;
            _requests = [];
            return taken;
        }
    }
}
