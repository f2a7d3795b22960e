using Aspire.Hosting;
using Mesh.Model.Snapshots;

namespace Mesh.Hosting;

/// <summary>A response header that says when to come again.</summary>
[AspireDto]
public sealed class MeshResetHeader
{
    /// <summary>Its name, such as <c>Retry-After</c>.</summary>
    public string Name { get; set; } = "";

    /// <summary>Whether it holds a point in time, in seconds since 1970. Default: false, seconds from now.</summary>
    public bool IsUnixTimestamp { get; set; }

    internal ResetHeader ToHeader() => new(Name, IsUnixTimestamp);
}
