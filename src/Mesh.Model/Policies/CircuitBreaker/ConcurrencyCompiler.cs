using System.Collections.Immutable;
using Mesh.Model.Compilation;
using Mesh.Model.Identity;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Policies.CircuitBreaker;

/// <summary>How much goes through to an app at a time, from the rules of CircuitBreaker policies.</summary>
internal sealed class ConcurrencyCompiler
{
    private const string Prefix = "circuitBreaker";

    private readonly CallerEntries<InboundBreakerSettings> _entries;

    public ConcurrencyCompiler(PolicySet policies, TrustDomain trustDomain)
    {
        _entries = new(trustDomain);
        foreach (var policy in policies.All.OfType<CircuitBreakerPolicy>())
        {
            _entries.Add(policy, policy.Rules);
        }
    }

    public ImmutableArray<ConcurrencyLimit> Compile(Service service, ServicePort port, List<AppliedSetting> applied)
    {
        ImmutableArray<ConcurrencyLimit>.Builder? limits = null;
        foreach (var (caller, layers) in _entries.For(service, port.Name))
        {
            var settings = new List<AppliedSetting>();
            var fold = new Fold<InboundBreakerSettings>(layers, $"inbound/{port.Name}", Prefix, settings);
            var isHttp = port.Protocol.IsHttp();
            var limit = new ConcurrencyLimit
            {
                Caller = caller,
                Requests = isHttp ? Limit(fold, "maxRequests", s => s.MaxRequests) : null,
                // The connections to an app that speaks HTTP are everybody's.
                Connections = !isHttp || caller is null ? Limit(fold, "maxConnections", s => s.MaxConnections) : null,
                Pending = isHttp && caller is null ? Limit(fold, "maxPendingRequests", s => s.MaxPendingRequests) : null,
                Origin = fold.Origin,
            };

            // Who is named somewhere is not held to what others are: his own entry says at least what theirs does.
            if (caller is not null || !limit.IsNone)
            {
                (limits ??= ImmutableArray.CreateBuilder<ConcurrencyLimit>()).Add(limit);
            }

            applied.AddRange(CallerEntries<InboundBreakerSettings>.Of(settings, caller));
        }

        return limits is null || limits.All(limit => limit.IsNone) ? [] : limits.ToImmutable();
    }

    private static int? Limit(Fold<InboundBreakerSettings> fold, string name, Func<InboundBreakerSettings, int?> pick) =>
        fold.TryTake($"connectionLimits.{name}", pick, out var limit) ? limit : null;
}
