using System.Collections.Immutable;
using Mesh.Model.Compilation;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Policies.Retry;

/// <summary>Retries and their budget, from Retry policies.</summary>
internal sealed class RetryCompiler
{
    private readonly OutboundEntries<RetryPolicySettings> _entries = new();

    public RetryCompiler(PolicySet policies)
    {
        foreach (var policy in policies.All.OfType<RetryPolicy>())
        {
            _entries.Add(policy, policy.To.Select(i => (i.TargetRef, i.Default)));
        }
    }

    /// <summary>What is said of a caller's calls: equal lists lead to equal retries and budgets.</summary>
    public ImmutableArray<Layer<RetryPolicySettings>> Said(Service caller, Upstream upstream) => _entries.For(caller, upstream);

    /// <summary>When a request is sent again.</summary>
    public RetrySettings Route(Service caller, Upstream upstream, List<AppliedSetting> applied)
    {
        var grpc = upstream.Protocol == AppProtocol.Grpc;
        var fold = new Fold<RetryPolicySettings>(_entries.For(caller, upstream), upstream.ListenerName, grpc ? "retry.grpc" : "retry.http", applied);
        var defaults = RetrySettings.Default;

        var first = fold.Take("backOff.base", s => Attempts(s).BackOffBase, defaults.BackOffBase);
        var longest = fold.Take("backOff.max", s => Attempts(s).BackOffMax, first * 10);
        var (on, statuses) = fold.TryTake("retryOn", s => grpc ? s.Grpc.RetryOn : s.Http.RetryOn, out var conditions, Shown)
            ? Conditions(conditions, grpc)
            : (defaults.On, []);
        var isAsked = fold.TryTake<ImmutableArray<ResetHeader>>("rateLimitedBackOff.resetHeaders", s => Attempts(s).ResetHeaders, out var resetHeaders) && !resetHeaders.IsEmpty;
        var longestAsked = isAsked ? fold.Take("rateLimitedBackOff.maxInterval", s => Attempts(s).RateLimitedMaxInterval, RateLimitedBackOff.DefaultMaxInterval) : default;
        if (!grpc)
        {
            defaults = defaults with
            {
                IdempotentMethods = Listed("methods", s => s.Methods, defaults.IdempotentMethods),
                RequestHeaders = Listed("retriableRequestHeaders", s => s.RetriableRequestHeaders, []),
                ResponseHeaders = Listed("retriableResponseHeaders", s => s.RetriableResponseHeaders, []),
            };
        }

        return defaults with
        {
            RateLimited = isAsked ? new(resetHeaders, longestAsked) : null,
            Attempts = fold.Take("numRetries", s => Attempts(s).NumRetries, defaults.Attempts),
            PerTryTimeout = fold.Bound("perTryTimeout", s => Attempts(s).PerTryTimeout, defaults.PerTryTimeout),
            BackOffBase = first,
            BackOffMax = longest < first ? first : longest,
            On = on,
            Statuses = statuses,
            Origin = fold.Origin,
        };

        AttemptSettings Attempts(RetryPolicySettings s) => grpc ? s.Grpc : s.Http;

        ImmutableArray<T> Listed<T>(string name, Func<HttpRetrySettings, ImmutableArray<T>?> pick, ImmutableArray<T> fallback) => fold.Take(name, s => pick(s.Http), fallback);
    }

    /// <summary>How many replicas are tried for one TCP connection.</summary>
    public int ConnectAttempts(Service caller, Upstream upstream, int fallback, List<AppliedSetting> applied) =>
        new Fold<RetryPolicySettings>(_entries.For(caller, upstream), upstream.ListenerName, "retry.tcp", applied)
            .Take("maxConnectAttempts", s => s.MaxConnectAttempts, fallback);

    /// <summary>The budget of a cluster.</summary>
    public Cluster Apply(Cluster cluster, Service caller, Upstream upstream, List<AppliedSetting> applied)
    {
        var fold = new Fold<RetryPolicySettings>(_entries.For(caller, upstream), $"cluster/{upstream.Port}", "retry.budget", applied);
        var defaults = cluster.RetryBudget;
        var budget = new RetryBudget
        {
            Percent = fold.Take("percent", s => s.Budget.Percent, defaults.Percent),
            Interval = fold.Take("interval", s => s.Budget.Interval, defaults.Interval),
            MinPerSecond = fold.Take("minPerSecond", s => s.Budget.MinPerSecond, defaults.MinPerSecond),
        };
        return cluster with { RetryBudget = budget, Origins = [.. cluster.Origins, .. fold.Heard.Values] };
    }

    private static string Shown(ImmutableArray<RetryCondition> conditions) => conditions.IsEmpty ? "never" : string.Join(", ", conditions);

    private static (RetryOn On, ImmutableArray<int> Statuses) Conditions(ImmutableArray<RetryCondition> conditions, bool grpc)
    {
        var on = RetryOn.None;
        foreach (var condition in conditions)
        {
            on |= grpc ? condition.GrpcFlag : condition.HttpFlag;
        }

        return (on, [.. conditions.Select(c => c.Status).OfType<int>().Distinct().Order()]);
    }
}
