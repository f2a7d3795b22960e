using System.Globalization;
using Mesh.Model.Compilation;
using Mesh.Model.Policies;
using Mesh.Model.Simulation;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Testing.Simulation;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Proxy.Tests.Simulation;

/// <summary>The same decisions as the simulator explains them, with what it leaves open filled in: whether a token's signature is right, and what is left of limits.</summary>
internal sealed class ExplainedDecisions(CompiledMesh mesh, FakeTimeProvider time, Coverage coverage)
{
    private readonly Dictionary<(string Port, string? Caller, string Limit), (double Tokens, DateTimeOffset At)> _buckets = [];

    public string Decide(ServiceId caller, PortRef callee, RandomRequest request)
    {
        var explained = RequestSimulator.Explain(mesh, request.From(caller, callee));
        if (explained.Error is { } error && explained.Route is null)
        {
            coverage.Add(error);
            return error;
        }

        if (explained.Status is { } status)
        {
            coverage.Add(status.ToString(CultureInfo.InvariantCulture));
            return $"{explained.Route} {status}";
        }

        var backends = explained.Backends.DistinctBy(b => b.Cluster).OrderBy(b => b.Cluster, StringComparer.Ordinal).Select(b => Backend(b, caller, request, "")).ToList();
        var copies = explained.Copies.OrderBy(c => c.Cluster, StringComparer.Ordinal).ThenBy(c => c.Percent).Select(c => string.Create(CultureInfo.InvariantCulture, $" copy {c.Percent:0} % {Backend(c, caller, request, "copy ")}")).ToList();
        return $"{explained.Route} request={Bound(explained.Steps, "timeout.request")} retries={explained.Steps.FirstOrDefault(s => s.Topic == "retry.http.numRetries")?.Decision ?? "2"}: {string.Join("; ", backends)}{string.Concat(copies)}";
    }

    private string Backend(BackendExplanation backend, ServiceId caller, RandomRequest request, string what)
    {
        var decision = Decision(backend, caller, request);
        var outcome = decision.Split(' ')[0];
        coverage.Add(what + outcome);
        if (outcome is "allowed" or "shadow" or "permission_denied" or "token_required" && backend.Steps.SelectMany(s => s.Details).FirstOrDefault(d => d.Verdict == DetailVerdict.Decides) is { } rule)
        {
            coverage.Add($"{outcome} by {(rule.Text.Contains("no token of", StringComparison.Ordinal) ? "no token" : rule.Text.Contains("token of", StringComparison.Ordinal) ? "token" : rule.Text.Contains('[', StringComparison.Ordinal) ? "header" : "caller")}");
        }

        return backend.Error == "backend_missing" ? $"{backend.Cluster} {decision}" : $"{backend.Cluster} {backend.Target} {decision}";
    }

    private string Decision(BackendExplanation backend, ServiceId caller, RandomRequest request)
    {
        if (backend.Error is not (null or "permission_denied" or "token_required"))
        {
            return backend.Error;
        }

        var port = mesh.Snapshots.Values.SelectMany(s => s.Inbound).First(p => p.Port.ToString() == backend.Cluster);
        if (request.Token == RandomRequest.Forged && !port.Permissions.TokenProviders.IsEmpty)
        {
            return "token_invalid";
        }

        if (backend.Error is not null)
        {
            return backend.Error;
        }

        return backend.Limit is { } limit && !Take(port, caller, limit)
            ? "rate_limited"
            : $"{(backend.IsShadowDenied ? "shadow" : "allowed")} request={Bound(backend.Steps.Where(s => s.Sidecar == backend.Cluster[..^"/http".Length]), "timeout.request")}";
    }

    // A bucket as docs/policies/ratelimit.md has it: it fills evenly, and holds as many as the rate says.
    private bool Take(InboundPort port, ServiceId caller, string name)
    {
        var id = TestMeshId(caller);
        var limit = port.Limits.Requests.First(l => l.Name == name && l.Caller?.Matches(id) != false);
        if (limit.Rate is not { } rate)
        {
            return true;
        }

        var key = (port.Port.ToString(), limit.Caller?.Value, name);
        var now = time.GetUtcNow();
        var (tokens, at) = _buckets.TryGetValue(key, out var known) ? known : (rate.Size, now);
        tokens = Math.Min(rate.Size, tokens + ((now - at) / rate.Interval * rate.Num));
        var isTaken = tokens >= 1;
        _buckets[key] = (isTaken ? tokens - 1 : tokens, now);
        return isTaken;
    }

    private static string TestMeshId(ServiceId service) => Mesh.Testing.TestMesh.IdentityOf(service.ToString());

    private static string Bound(IEnumerable<ExplanationStep> steps, string topic) =>
        steps.LastOrDefault(s => s.Topic == topic) is { } step && Duration.TryParse(step.Decision.Split(' ')[0], out var bound) && bound > TimeSpan.Zero ? bound.ToString() : "";
}
