using System.Collections.Immutable;
using Aspire.Hosting;
using Mesh.Hosting.Policies;
using Mesh.Model.Policies.GrpcRoute;

namespace Mesh.Hosting;

/// <summary>
/// Where gRPC calls to a service go, and how they are changed on the way. Where there is any rule for an endpoint and none matches, a call is UNIMPLEMENTED; a rule
/// without <c>When</c> matches every call. The order of the rules does not decide: the most specific match does.
/// </summary>
[AspireExport(ExposeMethods = true, RunSyncOnBackgroundThread = true)]
public sealed class MeshGrpcRoute
{
    private readonly List<MeshGrpcRule> _rules = [];

    internal MeshGrpcRoute()
    {
    }

    /// <summary>Adds a rule. Without anything more it matches every call and sends it where it was going.</summary>
    /// <param name="name">For metrics and errors: lower-case letters, digits and hyphens, unique in this route. Default: its place.</param>
    public MeshGrpcRule Rule(string? name = null)
    {
        var rule = new MeshGrpcRule(name);
        _rules.Add(rule);
        return rule;
    }

    internal ImmutableArray<GrpcRouteRule> ToRules(PolicyScope scope, string ns) => [.. _rules.Select(r => r.ToRule(scope, ns))];
}
