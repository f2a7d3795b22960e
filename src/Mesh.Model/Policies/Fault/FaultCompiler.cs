using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.Fault;

/// <summary>From a request for a fault to what the sidecars of each caller do; apart from policies, for a fault is none and comes and goes without a compilation.</summary>
public static class FaultCompiler
{
    /// <summary>What the sidecars of one service do for a lease; nothing: it does not concern them.</summary>
    /// <param name="caller">The service.</param>
    /// <param name="snapshot">What its sidecars do.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="id">The lease's id.</param>
    /// <param name="by">Who asked.</param>
    /// <param name="endsAt">When it ends.</param>
    public static IEnumerable<FaultRule> Compile(ServiceId caller, ProxySnapshot snapshot, FaultRequest request, string id, string by, DateTimeOffset endsAt) =>
        request.From.IsEmpty || request.Callers.Contains(caller)
            ? snapshot.Outbound.Where(listener => Concerns(request, listener)).Select(listener => new FaultRule
            {
                Id = id,
                By = by,
                Upstream = listener.Upstream,
                EndsAt = endsAt,
                Matches = request.Matches,
                Effects = request.Effects,
            })
            : [];

    /// <summary>What of a valid request would hit nothing, all at once.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="snapshots">What the sidecars of every service do.</param>
    public static ImmutableArray<Violation> Check(FaultRequest request, IReadOnlyDictionary<ServiceId, ProxySnapshot> snapshots)
    {
        if (request.Callee is not { } callee)
        {
            return [];
        }

        var violations = ImmutableArray.CreateBuilder<Violation>();
        var ports = snapshots.Values.SelectMany(snapshot => snapshot.Outbound).Select(listener => listener.Upstream).Distinct().ToArray();
        if (!ports.Any(port => port.Service == callee.Service))
        {
            var what = snapshots.ContainsKey(callee.Service) ? "which nobody uses, so nothing would be hit; declare who uses it" : $"which is no service; {Guess(callee.Service, ports.Select(port => port.Service))}";
            violations.Add(new(FieldPath.Root / "to", $"is {Wording.Quote(request.To)}, {what}"));
        }
        else if (callee.Port is { } name && !ports.Contains(new PortRef(callee.Service, name)))
        {
            var known = ports.Where(port => port.Service == callee.Service).Select(port => port.Port).Order(StringComparer.Ordinal).ToArray();
            violations.Add(new(FieldPath.Root / "to", $"names port {Wording.Quote(name)}, which nobody uses; use {Wording.OneOf(known)}"));
        }
        else
        {
            CheckCallers(request, snapshots, violations);
        }

        return violations.ToImmutable();
    }

    private static void CheckCallers(FaultRequest request, IReadOnlyDictionary<ServiceId, ProxySnapshot> snapshots, ImmutableArray<Violation>.Builder violations)
    {
        var callers = request.Callers.ToArray();
        for (var i = 0; i < callers.Length; i++)
        {
            var at = (FieldPath.Root / "from")[i];
            if (!snapshots.TryGetValue(callers[i], out var snapshot))
            {
                violations.Add(new(at, $"is {Wording.Quote(request.From[i])}, which is no service; {Guess(callers[i], snapshots.Keys)}"));
            }
            else if (!snapshot.Outbound.Any(listener => Named(request, listener)))
            {
                violations.Add(new(at, $"is {Wording.Quote(request.From[i])}, which does not use {request.To}, so nothing would be hit; leave it out, or declare the use"));
            }
        }

        if (violations.Count == 0 && !snapshots.Any(s => (callers.Length == 0 || callers.Contains(s.Key)) && s.Value.Outbound.Any(listener => Concerns(request, listener))))
        {
            violations.Add(new(FieldPath.Root / "to", $"is {Wording.Quote(request.To)}, {(request.Effects.Tunnel is null ? "which speaks tcp there: delay, abort and response are for requests; use tcp" : "which speaks HTTP there: tcp is for connections of tcp ports; use delay, abort or response")}"));
        }
    }

    private static bool Concerns(FaultRequest request, OutboundListener listener) => Named(request, listener) && (listener.Protocol.IsHttp() ? request.Effects.IsForRequests : request.Effects.Tunnel is not null);

    private static bool Named(FaultRequest request, OutboundListener listener) =>
        request.Callee is { } callee && listener.Upstream.Service == callee.Service && (callee.Port is null || callee.Port == listener.Upstream.Port);

    private static string Guess(ServiceId seen, IEnumerable<ServiceId> known) =>
        Wording.TryGuess(seen.ToString(), [.. known.Distinct().Select(id => id.ToString())], out var guess) ? $"did you mean {guess}?" : "see GET /api/v1/services";
}
