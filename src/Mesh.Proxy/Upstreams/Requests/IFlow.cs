namespace Mesh.Proxy.Upstreams;

/// <summary>Stands where bytes go back to a caller, and holds them up.</summary>
internal interface IFlow
{
    /// <summary>Whether it holds up nothing now.</summary>
    bool IsIdle { get; }

    /// <summary>Waits until some of the bytes may go.</summary>
    /// <param name="bytes">How many there are, at least 1.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many may go now; 0: none of them nor any later ones, as if the sender had finished.</returns>
    /// <exception cref="IOException">It breaks off here.</exception>
    ValueTask<int> AdmitAsync(int bytes, CancellationToken cancellationToken);

    /// <summary>Waits until the end may go.</summary>
    ValueTask EndingAsync(CancellationToken cancellationToken);
}
