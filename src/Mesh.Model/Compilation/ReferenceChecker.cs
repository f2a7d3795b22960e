using System.Collections.Immutable;
using Mesh.Model.Identity;
using Mesh.Model.Linting;
using Mesh.Model.Policies;
using Mesh.Model.Policies.CircuitBreaker;
using Mesh.Model.Policies.HttpRoute;
using Mesh.Model.Policies.Matching;
using Mesh.Model.Policies.Targeting;
using Mesh.Model.Policies.TrafficPermission;
using Mesh.Model.Resources;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Model.Compilation;

/// <summary>Finds what is valid but will not do what its author means: names of things that do not exist, ports of the wrong protocol, splits to backends that refuse the caller.</summary>
internal sealed class ReferenceChecker(MeshTopology topology, UpstreamIndex upstreams, CompiledPermissions permissions)
{
    private readonly List<CompileWarning> _warnings = [];
    private readonly ILookup<ServiceId, (Service Caller, string? Port)> _callers =
        topology.Services.Values.SelectMany(s => s.Uses.Select(e => (Caller: s, e.Callee, e.Port))).ToLookup(e => e.Callee, e => (e.Caller, e.Port));

    public ImmutableArray<CompileWarning> Check(PolicySet policies)
    {
        foreach (var service in topology.Services.Values)
        {
            Edges(service);
        }

        foreach (var policy in policies.All)
        {
            TopLevel(policy);
            Entries(policy);
        }

        _warnings.AddRange(policies.All.OfType<TrafficPermissionPolicy>().SelectMany(policy => PermissionWarnings.Of(policy, topology)));
        _warnings.AddRange(policies.All.OfType<CircuitBreakerPolicy>().SelectMany(policy => BreakerWarnings.Of(policy, topology)));
        _warnings.AddRange(RouteConflicts.Find(topology, upstreams, policies));

        return [.. _warnings];
    }

    private void Edges(Service service)
    {
        foreach (var edge in service.Uses)
        {
            var at = DeclaredResource.SpecPath / (edge.Origin.Rule ?? "uses");
            var problem = !upstreams.Knows(edge.Callee)
                ? $"names {edge.Callee}, which does not exist{Guess(edge.Callee)}; the edge opens nothing until it does"
                : edge.Port is not null && upstreams.Find(new PortRef(edge.Callee, edge.Port)) is null
                    ? $"names the port {edge.Port} of {edge.Callee}, which has {Ports(edge.Callee)}"
                    : upstreams.Of(edge.Callee).IsEmpty ? $"names {edge.Callee}, which has no port to call" : null;
            if (problem is not null)
            {
                var rule = !upstreams.Knows(edge.Callee) ? LintRules.UnknownUse : edge.Port is null ? LintRules.NothingToCall : LintRules.UnknownUsePort;
                _warnings.Add(new CompileWarning(new ResourceKey(ServiceResource.KindName, service.Id.Namespace, service.Id.Name), at, problem, edge.Origin) { Rule = rule, Reason = WarningReason.BackendNotFound });
            }
        }
    }

    private void TopLevel(Policy policy)
    {
        var at = DeclaredResource.SpecPath / "targetRef";
        var space = policy.Metadata.Namespace;
        if (policy.TargetRef.Kind == TargetKind.Mesh && space == Policy.SystemNamespace)
        {
            return;
        }

        var selected = Named(policy.TargetRef, space).Select(id => topology.Services.GetValueOrDefault(id)).OfType<Service>()
            .Where(s => policy.TargetRef.Selects(s.Id, s.Labels, space))
            .ToList();
        if (Target(policy, policy.TargetRef, at) || (selected.Count == 0 && policy.TargetRef.Name is not null))
        {
            return;
        }

        if (selected.Count == 0)
        {
            Warn(LintRules.SelectsNothing, policy, at, $"selects no service ({policy.TargetRef}); the policy does nothing", WarningReason.TargetNotFound);
        }
        else if (policy.IsInbound && space != Policy.SystemNamespace && selected.TrueForAll(s => s.Id.Namespace != space))
        {
            Warn(LintRules.SpeaksForNobody, policy, at, $"selects services of other namespaces only, and a policy of {space} speaks for services of {space}; move it to their namespace, or to {Policy.SystemNamespace} for all");
        }
    }

    // What is asked here is asked of every kind alike; what one kind alone can get wrong has a file of its own.
    private void Entries(Policy policy)
    {
        foreach (var (i, (target, at)) in policy.Targets.Index())
        {
            if (!Target(policy, target, at / "targetRef") && policy is IRoutes routes)
            {
                Route(policy, routes, target, at, routes.Backends(i, at));
            }
        }

        foreach (var (caller, at) in policy.Callers)
        {
            Caller(policy, caller, at);
        }
    }

    // Whether a service is named that is not there, or a port that it has not.
    private bool Target(Policy policy, TargetRef target, FieldPath at)
    {
        if (target.Name is null)
        {
            return false;
        }

        var id = new ServiceId(target.Namespace ?? policy.Metadata.Namespace, target.Name);
        if (!upstreams.Knows(id))
        {
            Warn(LintRules.UnknownTarget, policy, at / "name", $"names {id}, which does not exist{Guess(id)}", WarningReason.TargetNotFound);
            return true;
        }

        if (target.SectionName is not null && upstreams.Find(new PortRef(id, target.SectionName)) is null)
        {
            Warn(LintRules.UnknownTargetPort, policy, at / "sectionName", $"names the port {target.SectionName} of {id}, which has {Ports(id)}", WarningReason.TargetNotFound);
            return true;
        }

        return false;
    }

    private void Caller(Policy policy, CallerRef caller, FieldPath at)
    {
        var own = $"spiffe://{topology.TrustDomain.Name}";
        if (caller.Service is { } name && ServiceId.TryParse(name, policy.Metadata.Namespace, out var id) && !topology.Services.ContainsKey(id))
        {
            Warn(LintRules.UnknownCaller, policy, at / "service", $"names {id}, which does not exist{Guess(id)}");
        }
        else if (caller.SpiffeId is { } principal && principal.Value.TrimEnd('/') != own && !principal.Value.StartsWith($"{own}/", StringComparison.Ordinal))
        {
            Warn(LintRules.ForeignIdentity, policy, at / "spiffeId" / "value", $"is {Wording.Quote(principal.Value)}, but every caller's id begins with {own}/");
        }
    }

    private void Route(Policy policy, IRoutes routes, TargetRef target, FieldPath at, ImmutableArray<NamedBackend> backends)
    {
        var space = policy.Metadata.Namespace;
        var called = Named(target, space).SelectMany(id => upstreams.Of(id))
            .Where(u => target.Selects(u.Port.Service, u.Labels, space) && target.SelectsPort(u.Port.Port))
            .ToList();
        var concerned = called.Where(u => routes.IsFor(u.Protocol)).ToList();
        if (concerned.Count == 0)
        {
            var others = called.Count == 0 ? "no port" : $"only {Wording.OneOf([.. called.Select(u => u.Protocol.ToWord()).Distinct()])}";
            Warn(LintRules.OtherProtocol, policy, at / "targetRef", $"selects {others}; {policy.Kind} is for ports that speak {routes.Protocols}");
            return;
        }

        foreach (var (backend, path, otherwise, needsHttp2) in backends)
        {
            // A backend may lack the port of one upstream and have that of another; it is wrong where it fits none.
            var problems = concerned.Select(u => RouteBackends.Problem(backend, u, space, upstreams, needsHttp2)).ToList();
            if (problems.TrueForAll(p => p is not null))
            {
                var isThere = upstreams.Find(RouteBackends.Port(backend, concerned[0], space)) is not null;
                Warn(LintRules.UnusableBackend, policy, path, $"cannot be used: {problems[0]}; {otherwise}", isThere ? WarningReason.UnsupportedProtocol : WarningReason.BackendNotFound);
                continue;
            }

            foreach (var upstream in concerned)
            {
                Callers(policy, path, upstream, RouteBackends.Port(backend, upstream, space));
            }
        }
    }

    // A route grants nothing: whoever is sent to a backend has to be allowed there.
    private void Callers(Policy policy, FieldPath at, Upstream called, PortRef backend)
    {
        if (backend == called.Port || upstreams.Find(backend) is not { } upstream)
        {
            return;
        }

        var refused = _callers[called.Port.Service]
            .Where(c => (c.Port is null || c.Port == called.Port.Port) && policy.TargetRef.Selects(c.Caller.Id, c.Caller.Labels, policy.Metadata.Namespace))
            .Select(c => c.Caller)
            .Where(c => upstream.External is null
                ? !MayCall(permissions.MeshDoor(backend), SpiffeId.ForService(topology.TrustDomain, c.Id).Text)
                : !RouteBackends.Uses(c, backend))
            .Select(c => c.Id)
            .Distinct()
            .ToList();
        if (refused.Count > 0)
        {
            var who = string.Join(", ", refused);
            Warn(LintRules.RefusingBackend, policy, at, upstream.External is null
                ? $"sends requests of {who} to {backend}, which refuses them; add it to their uses, or allow them in a TrafficPermission"
                : $"sends requests of {who} out of the mesh to {backend}, which they may not use, so that its share fails; add it to their uses");
        }
    }

    // The services that a target may mean: the one it names, or all there are.
    private IEnumerable<ServiceId> Named(TargetRef target, string space) => target.Name is { } name
        ? [new ServiceId(target.Namespace ?? space, name)]
        : topology.Services.Keys.Concat(topology.ExternalServices.Keys);

    private static bool MayCall(PermissionSet permissions, string caller) =>
        permissions.Allow.Concat(permissions.AllowWithShadowDeny).Any(r => Matches(r, caller))
        && !permissions.Deny.Any(r => r is { Requests.IsEmpty: true, Token: null } && Matches(r, caller));

    private static bool Matches(PermissionRule rule, string caller) => rule.Principals.IsEmpty || rule.Principals.Any(p => p.Matches(caller));

    private string Ports(ServiceId id) => upstreams.Of(id) is { IsEmpty: false } ports ? Wording.OneOf([.. ports.Select(p => p.Port.Port)]) : "no port";

    private string Guess(ServiceId id) =>
        Wording.TryGuess(id.ToString(), [.. topology.Services.Keys.Concat(topology.ExternalServices.Keys).Select(k => k.ToString())], out var guess) ? $" (did you mean {guess}?)" : "";

    private void Warn(LintRule rule, Policy policy, FieldPath at, string message, WarningReason reason = WarningReason.None)
    {
        if (!_warnings.Exists(w => w.Resource == policy.Key && w.Path == at && w.Message == message))
        {
            _warnings.Add(new CompileWarning(policy.Key, at, message, policy.OriginAt(at)) { Rule = rule, Reason = reason });
        }
    }
}
