namespace Mesh.Xds.Server;

/// <summary>A stream as the cache sees it. Called from whoever publishes: it notes the fact and returns.</summary>
internal interface ICacheListener
{
    /// <summary>The profile has a new snapshot.</summary>
    void OnSnapshot();

    /// <summary>An endpoint set that the stream subscribes to has changed.</summary>
    void OnEndpoints(string cluster);
}
