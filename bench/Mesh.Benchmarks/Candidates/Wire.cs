namespace Mesh.Benchmarks.Candidates;

/// <summary>What a pair understands of what it carries.</summary>
internal enum Wire
{
    /// <summary>HTTP requests: routed, load-balanced, pooled.</summary>
    Http,

    /// <summary>Bytes: every connection is its own tunnel.</summary>
    Tcp,
}
