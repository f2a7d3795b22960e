namespace Mesh.Proxy.Composition;

/// <summary>Another process; its number may be given to somebody else once it has ended, this does not follow that.</summary>
internal interface IWatchedProcess : IDisposable
{
    /// <summary>Whether it still runs; one that has ended and waits for its parent to look does not.</summary>
    bool IsRunning { get; }
}
