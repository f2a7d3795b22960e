using Aspire.Hosting;
using Mesh.Model.Policies.HealthCheck;
using Mesh.Model.Snapshots;

namespace Mesh.Hosting;

/// <summary>A check that is a GET request.</summary>
[AspireDto]
public sealed class MeshHttpCheck
{
    /// <summary>Leaves it out, so that a connection is checked instead. Default: false.</summary>
    public bool? Disabled { get; set; }

    /// <summary>Path and query. Default: <c>/</c> (Kuma).</summary>
    public string? Path { get; set; }

    /// <summary>Statuses that say that a replica is well, 100 to 599; they replace what less specific policies say. Default: 200 (Envoy).</summary>
    public IList<int>? ExpectedStatuses { get; set; }

    /// <summary>Headers of the request; they replace what less specific policies say. Default: none.</summary>
    public IDictionary<string, string>? Headers { get; set; }

    internal HttpCheckSettings ToSettings() => new()
    {
        Disabled = Disabled,
        Path = Path,
        ExpectedStatuses = ExpectedStatuses is null ? null : [.. ExpectedStatuses],
        Headers = Headers is null ? null : [.. Headers.Select(header => new CheckHeader(header.Key, header.Value))],
    };
}
