namespace Mesh.Proxy.Downstreams;

/// <summary>An open connection of a caller: HTTP, or a tunnel.</summary>
internal interface IDownstream
{
    /// <summary>Lets it finish what it does, then closes it.</summary>
    void Retire();

    /// <summary>Ends it now.</summary>
    void Abort(string reason);
}
