namespace Mesh.Proxy.Configuration;

/// <summary>Says that this replica takes no new work: set once, by SIGTERM or the admin endpoint.</summary>
internal sealed class DrainSignal : IDisposable
{
    private readonly CancellationTokenSource _source = new();

    /// <summary>Cancelled when draining begins.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Whether draining has begun.</summary>
    public bool IsDraining => _source.IsCancellationRequested;

    /// <summary>Begins draining; again does nothing.</summary>
    public void Begin() => _source.Cancel();

    /// <inheritdoc />
    public void Dispose() => _source.Dispose();
}
