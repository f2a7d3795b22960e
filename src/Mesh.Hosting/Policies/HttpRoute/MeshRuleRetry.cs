using Aspire.Hosting;
using Mesh.Hosting.Exports;
using Mesh.Model.Policies.HttpRoute;

namespace Mesh.Hosting;

/// <summary>When requests of one rule are sent again, heard before <c>WithMeshRetry</c>: on these statuses, errors of connections, and attempts that took too long.</summary>
[AspireDto]
public sealed class MeshRuleRetry
{
    /// <summary>Statuses, 400 to 599; for idempotent methods. Default: none.</summary>
    public IReadOnlyList<int> Codes { get; set; } = [];

    /// <summary>Retries after the first attempt, 0 to 100. Default: what <c>WithMeshRetry</c> says.</summary>
    public int? Attempts { get; set; }

    /// <summary>The first pause; each one after it is longer. Default: what <c>WithMeshRetry</c> says.</summary>
    [Milliseconds]
    public TimeSpan? BackOff { get; set; }

    internal RuleRetry ToRetry() => new() { Codes = [.. Codes], Attempts = Attempts, BackOff = BackOff };
}
