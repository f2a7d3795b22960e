namespace Mesh.Proxy.Upstreams.Http1;

/// <summary>Where a caller's body is written to.</summary>
internal abstract class BodySink(Http1Connection connection) : WriteOnlyStream
{
    /// <summary>The connection that it goes out on.</summary>
    protected Http1Connection Connection { get; } = connection;

    /// <summary>The caller has sent all of it: sends what is left.</summary>
    /// <returns>Whether the upstream has a whole body now.</returns>
    public abstract ValueTask<bool> CompleteAsync();

    /// <inheritdoc />
    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (Connection.Outgoing.Length > 0)
        {
            await Connection.SendAsync();
        }
    }
}
