using System.Collections.Immutable;
using Mesh.Model.Identity;
using Mesh.Model.Linting;
using Mesh.Model.Policies.AccessLog;
using Mesh.Model.Policies;
using Mesh.Model.Policies.CircuitBreaker;
using Mesh.Model.Policies.GrpcRoute;
using Mesh.Model.Policies.HealthCheck;
using Mesh.Model.Policies.HttpRoute;
using Mesh.Model.Policies.LoadBalancing;
using Mesh.Model.Policies.Matching;
using Mesh.Model.Policies.RateLimit;
using Mesh.Model.Policies.Retry;
using Mesh.Model.Policies.Targeting;
using Mesh.Model.Policies.TcpRoute;
using Mesh.Model.Policies.Telemetry;
using Mesh.Model.Policies.Timeout;
using Mesh.Model.Policies.Tls;
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

        _warnings.AddRange(RouteConflicts.Find(topology, upstreams, policies));

        return [.. _warnings];
    }

    private void Edges(Service service)
    {
        foreach (var edge in service.Uses)
        {
            var at = MeshResource.SpecPath / (edge.Origin.Rule ?? "uses");
            var problem = !upstreams.Knows(edge.Callee)
                ? $"names {edge.Callee}, which does not exist{Guess(edge.Callee)}; the edge opens nothing until it does"
                : edge.Port is not null && upstreams.Find(new PortRef(edge.Callee, edge.Port)) is null
                    ? $"names the port {edge.Port} of {edge.Callee}, which has {Ports(edge.Callee)}"
                    : upstreams.Of(edge.Callee).IsEmpty ? $"names {edge.Callee}, which has no port to call" : null;
            if (problem is not null)
            {
                var rule = !upstreams.Knows(edge.Callee) ? LintRules.UnknownUse : edge.Port is null ? LintRules.NothingToCall : LintRules.UnknownUsePort;
                _warnings.Add(new CompileWarning(new ResourceKey("Service", service.Id.Namespace, service.Id.Name), at, problem, edge.Origin) { Rule = rule, Reason = WarningReason.BackendNotFound });
            }
        }
    }

    private void TopLevel(Policy policy)
    {
        var at = MeshResource.SpecPath / "targetRef";
        var space = policy.Metadata.Namespace;
        if (policy.TargetRef.Kind == TargetKind.Mesh && space == Policy.SystemNamespace)
        {
            return;
        }

        var selected = Named(policy.TargetRef, space).Select(id => topology.Services.GetValueOrDefault(id)).OfType<Service>()
            .Where(s => policy.TargetRef.Selects(s.Id, s.Labels, space))
            .ToList();
        var inbound = policy is TrafficPermissionPolicy or RateLimitPolicy or TlsPolicy or CircuitBreakerPolicy { To.IsEmpty: true } or AccessLogPolicy { To.IsEmpty: true } or TelemetryPolicy { To.IsEmpty: true } or TimeoutPolicy { To.IsEmpty: true };
        if (Target(policy, policy.TargetRef, at) || (selected.Count == 0 && policy.TargetRef.Name is not null))
        {
            return;
        }

        if (selected.Count == 0)
        {
            Warn(LintRules.SelectsNothing, policy, at, $"selects no service ({policy.TargetRef}); the policy does nothing", WarningReason.TargetNotFound);
        }
        else if (inbound && space != Policy.SystemNamespace && selected.TrueForAll(s => s.Id.Namespace != space))
        {
            Warn(LintRules.SpeaksForNobody, policy, at, $"selects services of other namespaces only, and a policy of {space} speaks for services of {space}; move it to their namespace, or to {Policy.SystemNamespace} for all");
        }
    }

    private void Entries(Policy policy)
    {
        var to = MeshResource.SpecPath / "to";
        switch (policy)
        {
            case TrafficPermissionPolicy permission:
                Callers(permission);
                break;
            case HttpRoutePolicy route:
                for (var i = 0; i < route.To.Length; i++)
                {
                    Route(route, route.To[i].TargetRef, to[i], protocol => protocol.IsHttp(), "http, http2, grpc or https", NamedBackend.Of(route.To[i], to[i]));
                }

                break;
            case GrpcRoutePolicy route:
                for (var i = 0; i < route.To.Length; i++)
                {
                    Route(route, route.To[i].TargetRef, to[i], protocol => protocol.IsHttp2(), "grpc or http2", NamedBackend.Of(route.To[i].ToHttp(), to[i]));
                }

                break;
            case TcpRoutePolicy route:
                for (var i = 0; i < route.To.Length; i++)
                {
                    var at = (to[i] / "rules")[0] / "default" / "backendRefs";
                    Route(
                        route, route.To[i].TargetRef, to[i], protocol => !protocol.IsHttp(), "tcp",
                        [.. route.To[i].BackendRefs.Select((b, n) => new NamedBackend(b, at[n], "its share is answered with a closed connection"))]);
                }

                break;
            case TimeoutPolicy timeout:
                Targets(timeout, timeout.To.Select(i => i.TargetRef), to);
                Matches(timeout, timeout.Rules.Select(i => i.Matches));
                break;
            case TelemetryPolicy telemetry:
                Targets(telemetry, telemetry.To.Select(i => i.TargetRef), to);
                break;
            case AccessLogPolicy log:
                Targets(log, log.To.Select(i => i.TargetRef), to);
                Matches(log, log.Rules.Select(i => i.Matches));
                break;
            case RateLimitPolicy limit:
                Matches(limit, limit.Rules.Select(i => i.Matches));
                break;
            case RetryPolicy retry:
                Targets(retry, retry.To.Select(i => i.TargetRef), to);
                break;
            case LoadBalancingPolicy balancing:
                Targets(balancing, balancing.To.Select(i => i.TargetRef), to);
                break;
            case CircuitBreakerPolicy breaker:
                Targets(breaker, breaker.To.Select(i => i.TargetRef), to);
                Matches(breaker, breaker.Rules.Select(i => i.Matches));
                foreach (var (at, message) in BreakerWarnings.Of(breaker, topology))
                {
                    Warn(breaker, at, message);
                }

                break;
            case HealthCheckPolicy check:
                Targets(check, check.To.Select(i => i.TargetRef), to);
                break;
        }
    }

    private void Targets(Policy policy, IEnumerable<TargetRef> targets, FieldPath to)
    {
        var i = 0;
        foreach (var target in targets)
        {
            Target(policy, target, to[i] / "targetRef");
            i++;
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

    private void Matches(Policy policy, IEnumerable<ImmutableArray<CallerRef>> rules)
    {
        var i = 0;
        foreach (var matches in rules)
        {
            var at = (MeshResource.SpecPath / "rules")[i++] / "matches";
            for (var m = 0; m < matches.Length; m++)
            {
                Caller(policy, matches[m], at[m]);
            }
        }
    }

    private void Callers(TrafficPermissionPolicy policy)
    {
        _warnings.AddRange(PermissionWarnings.Of(policy, topology));
        var rules = MeshResource.SpecPath / "rules";
        for (var r = 0; r < policy.Rules.Length; r++)
        {
            foreach (var (list, callers) in policy.Rules[r].Default.Lists)
            {
                for (var i = 0; i < callers.Length; i++)
                {
                    Caller(policy, callers[i].Caller, (rules[r] / "default" / list)[i]);
                }
            }
        }

        if (policy.TargetRef is { Name: { } target } && topology.ExternalServices.ContainsKey(new ServiceId(policy.TargetRef.Namespace ?? policy.Metadata.Namespace, target)))
        {
            Warn(LintRules.NoSidecar, policy, MeshResource.SpecPath / "targetRef", $"names the external service {target}, which has no sidecar to enforce it; remove the edge from the caller's uses instead");
        }
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

    private void Route(Policy policy, TargetRef target, FieldPath at, Func<AppProtocol, bool> isFor, string protocols, ImmutableArray<NamedBackend> backends)
    {
        if (Target(policy, target, at / "targetRef"))
        {
            return;
        }

        var space = policy.Metadata.Namespace;
        var called = Named(target, space).SelectMany(id => upstreams.Of(id))
            .Where(u => target.Selects(u.Port.Service, u.Labels, space) && target.SelectsPort(u.Port.Port))
            .ToList();
        var concerned = called.Where(u => isFor(u.Protocol)).ToList();
        if (concerned.Count == 0)
        {
            var others = called.Count == 0 ? "no port" : $"only {Wording.OneOf([.. called.Select(u => u.Protocol.ToWord()).Distinct()])}";
            Warn(LintRules.OtherProtocol, policy, at / "targetRef", $"selects {others}; {policy.Kind} is for ports that speak {protocols}");
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

    // For checks that have no rule of their own yet.
    internal void Warn(Policy policy, FieldPath at, string message) => Warn(LintRules.NotAsMeant, policy, at, message);

    private void Warn(LintRule rule, Policy policy, FieldPath at, string message, WarningReason reason = WarningReason.None)
    {
        if (!_warnings.Exists(w => w.Resource == policy.Key && w.Path == at && w.Message == message))
        {
            _warnings.Add(new CompileWarning(policy.Key, at, message, policy.OriginAt(at)) { Rule = rule, Reason = reason });
        }
    }
}
