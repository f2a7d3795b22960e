using Aspire.Hosting;
using Mesh.Model.Policies.HealthCheck;

namespace Mesh.Hosting;

/// <summary>A check that is a connection.</summary>
[AspireDto]
public sealed class MeshTcpCheck
{
    /// <summary>Leaves it out. Default: false.</summary>
    public bool? Disabled { get; set; }

    /// <summary>What is sent, in base64. Default: nothing.</summary>
    public string? Send { get; set; }

    /// <summary>What has to come, in base64, each in this order; they replace what less specific policies say. Default: a connection is enough.</summary>
    public IList<string>? Receive { get; set; }

    internal TcpCheckSettings ToSettings() => new() { Disabled = Disabled, Send = Send, Receive = Receive is null ? null : [.. Receive] };
}
