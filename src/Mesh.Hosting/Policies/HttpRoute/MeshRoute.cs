using System.Collections.Immutable;
using Aspire.Hosting;
using Mesh.Hosting.Policies;
using Mesh.Model.Policies.HttpRoute;

namespace Mesh.Hosting;

/// <summary>
/// Where requests to a service go, and how they are changed on the way. Where there is any rule for an endpoint and none matches, the answer is 404; a rule without
/// <c>When</c> matches every request. The order of the rules does not decide: the most specific match does.
/// </summary>
[AspireExport(ExposeMethods = true, RunSyncOnBackgroundThread = true)]
public sealed class MeshRoute
{
    private readonly List<MeshRouteRule> _rules = [];

    internal MeshRoute()
    {
    }

    /// <summary>Adds a rule. Without anything more it matches every request and sends it where it was going.</summary>
    /// <param name="name">For metrics and errors: lower-case letters, digits and hyphens, unique in this route. Default: its place.</param>
    public MeshRouteRule Rule(string? name = null)
    {
        var rule = new MeshRouteRule(name);
        _rules.Add(rule);
        return rule;
    }

    internal ImmutableArray<HttpRouteRule> ToRules(PolicyScope scope, string ns) => [.. _rules.Select(r => r.ToRule(scope, ns))];
}
