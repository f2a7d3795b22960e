using Aspire.Hosting;
using Mesh.Hosting.Exports;
using Mesh.Model.Policies.HttpRoute;

namespace Mesh.Hosting;

/// <summary>Bounds on time of one rule, heard before <c>WithMeshTimeout</c> and <c>WithMeshRetry</c>.</summary>
[AspireDto]
public sealed class MeshRuleTimeouts
{
    /// <summary>The whole request with its retries; zero: no limit. Default: what <c>WithMeshTimeout</c> says.</summary>
    [Milliseconds]
    public TimeSpan? Request { get; set; }

    /// <summary>One attempt until its response begins; zero: no limit. Default: what <c>WithMeshRetry</c> says.</summary>
    [Milliseconds]
    public TimeSpan? BackendRequest { get; set; }

    internal RuleTimeouts ToTimeouts() => new() { Request = Request, BackendRequest = BackendRequest };
}
