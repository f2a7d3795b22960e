using Mesh.Model.Policies.Retry;
using Mesh.Model.Policies;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Linting;

/// <summary>Timeouts and retries of a call beside each other, on both sides.</summary>
internal static class ResilienceLint
{
    public static void Run(LintContext context, LintReport report)
    {
        // Callers of whom the same is said share tables and clusters.
        var seen = new Dictionary<RouteTable, HashSet<Cluster>>(ReferenceEqualityComparer.Instance);
        var used = new HashSet<Cluster>(ReferenceEqualityComparer.Instance);
        foreach (var snapshot in context.Snapshots.Values)
        {
            var clusters = snapshot.Clusters.ToDictionary(c => c.Name, StringComparer.Ordinal);
            foreach (var table in snapshot.RouteTables.Where(t => t.Rules.Length > 0))
            {
                // Time and retries are the same for all rules of a table.
                var rule = table.Rules[0];
                Route(context, table.Name, rule, snapshot, report);
                Collect(table, clusters, used);
                var said = seen.TryGetValue(table, out var known) ? known : seen[table] = new(ReferenceEqualityComparer.Instance);
                foreach (var cluster in used)
                {
                    if (said.Add(cluster))
                    {
                        Connection(rule, cluster, report);
                    }

                    Callee(context, rule, cluster, snapshot, report);
                }
            }
        }
    }

    // Plain loops: this runs for each edge of a mesh.
    private static void Collect(RouteTable table, Dictionary<string, Cluster> clusters, HashSet<Cluster> used)
    {
        used.Clear();
        foreach (var rule in table.Rules)
        {
            if (rule.Action is not ForwardAction forward)
            {
                continue;
            }

            foreach (var backend in forward.Backends)
            {
                if (clusters.TryGetValue(backend.Cluster, out var cluster))
                {
                    used.Add(cluster);
                }
            }
        }
    }

    private static void Route(LintContext context, string table, RouteRule rule, ProxySnapshot snapshot, LintReport report)
    {
        var (retry, request) = (rule.Retry, rule.Timeouts.Request);
        if (retry.PerTryTimeout is { } attempt && request is { } limit)
        {
            if (attempt >= limit)
            {
                report.Add(LintRules.TryOverRequest, retry.Origin, $"gives an attempt {Duration.Format(attempt)}, but the whole request has {Duration.Format(limit)} ({rule.Timeouts.Origin}), so the first attempt is the last; make perTryTimeout shorter");
            }
            else if (attempt * (retry.Attempts + 1) > limit)
            {
                report.Add(LintRules.RetriesDoNotFit, retry.Origin, $"has {retry.Attempts + 1} attempts of {Duration.Format(attempt)}, and the whole request {Duration.Format(limit)} ({rule.Timeouts.Origin}): the last ones are cut off; lower one of them, or raise request");
            }
        }

        if (retry.Origin == Origin.Default || !snapshot.Identity.TryGetService(out var caller))
        {
            return;
        }

        var said = context.Explanations[caller].Where(s => s.Where == table && s.Setting.StartsWith("retry.", StringComparison.Ordinal)).ToList();
        if (retry.On == RetryOn.None && retry.Statuses.IsEmpty && said.Find(s => s.Setting.EndsWith(".numRetries", StringComparison.Ordinal)) is { } count && retry.Attempts > 0)
        {
            report.Add(LintRules.RetryOnNothing, count.Origin, $"asks for {retry.Attempts} retries, but no condition is left (retryOn is empty), so nothing is sent again; name conditions, or numRetries: 0");
        }

        if (retry.Attempts == 0 && said.Find(s => s.Setting.EndsWith(".retryOn", StringComparison.Ordinal)) is { } conditions)
        {
            report.Add(LintRules.NoRetries, conditions.Origin, "names conditions, but numRetries is 0, so nothing is sent again; raise it, or leave retryOn out");
        }
    }

    private static void Connection(RouteRule rule, Cluster cluster, LintReport report)
    {
        if (rule.Timeouts.Request is { } limit && cluster.Connect >= limit)
        {
            report.Add(LintRules.ConnectOverRequest, rule.Timeouts.Origin, $"gives the whole request {Duration.Format(limit)}, but one attempt to connect to {cluster.Upstream} {Duration.Format(cluster.Connect)}: a replica that does not answer is never given up for another; say a shorter connect");
        }

        var budget = cluster.RetryBudget;
        if (budget.Percent <= 0 && budget.MinPerSecond <= 0 && rule.Retry.Attempts > 0)
        {
            var origin = cluster.Origins.LastOrDefault(o => o.Kind == RetryPolicy.KindName);
            report.Add(LintRules.NoBudget, origin ?? rule.Retry.Origin, $"leaves no budget for retries to {cluster.Upstream} (0 % and 0 per second), so nothing is sent again; raise percent or minPerSecond, or say numRetries: 0");
        }
    }

    private static void Callee(LintContext context, RouteRule rule, Cluster cluster, ProxySnapshot snapshot, LintReport report)
    {
        if (rule.Timeouts.Request is not { } limit || !context.Snapshots.TryGetValue(cluster.Upstream.Service, out var callee))
        {
            return;
        }

        InboundPort? door = null;
        foreach (var port in callee.Inbound)
        {
            door = port.Port == cluster.Upstream ? port : door;
        }

        var there = door?.Timeouts.For(snapshot.Identity.Text);
        if (there?.Request is { } ends && ends < limit)
        {
            report.Add(LintRules.CalleeEndsFirst, rule.Timeouts.Origin, $"gives requests to {cluster.Upstream} {Duration.Format(limit)}, and {there.Origin} ends them there after {Duration.Format(ends)}; make this one shorter, or that one longer");
        }
    }
}
