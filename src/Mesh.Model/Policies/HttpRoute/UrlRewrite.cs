using Mesh.Model.Snapshots;

namespace Mesh.Model.Policies.HttpRoute;

/// <summary>New host or path of a request.</summary>
public sealed record UrlRewrite
{
    /// <summary>New host. <see langword="null"/>: as the caller sent it.</summary>
    public string? Hostname { get; init; }

    /// <summary>New path. <see langword="null"/>: as the caller sent it.</summary>
    public PathRewrite? Path { get; init; }
}
