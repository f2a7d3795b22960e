using System.Collections.Immutable;
using Mesh.Model.Compilation;
using Mesh.Model.Requests;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Simulation;

/// <summary>The decisions of the called service's sidecar.</summary>
internal sealed class CalleeSide(CompiledMesh mesh)
{
    public BackendExplanation Explain(PortCall call, double percent)
    {
        var (service, name) = (call.Port.Service, call.Port.Port);
        if (!mesh.Snapshots.TryGetValue(service, out var snapshot) || snapshot.Inbound.FirstOrDefault(p => p.Port == call.Port) is not { } port)
        {
            return new BackendExplanation(call.Port.ToString(), percent, "no_configuration");
        }

        var sidecar = service.ToString();
        var door = call.IsFrontDoor ? snapshot.FrontDoors.FirstOrDefault(d => d.Port == call.Port) : null;
        var permissions = door?.Permissions ?? port.Permissions;
        var steps = ImmutableArray.CreateBuilder<ExplanationStep>();
        string? error;
        RequestLimit? limit = null;
        var isShadowDenied = false;
        if (call.Caller.Length == 0 && door is { Permissive: true })
        {
            steps.Add(new ExplanationStep(sidecar, "door", "permissive: callers in plain text come in, without an identity", door.PermissiveOrigin));
        }

        if (call.Caller.Length == 0 && door is not { External: true } and not { Permissive: true })
        {
            error = "permission_denied";
            steps.Add(new ExplanationStep(sidecar, "door", "strict: nobody comes in without an identity", Origin.Default) { IsEnd = true });
        }
        else if (!port.Protocol.IsHttp())
        {
            (error, isShadowDenied) = Decide(PermissionSimulator.Decide(permissions, call.Caller, null, ""));
        }
        else if (RequestHead.Problem(call.Request) is { } problem)
        {
            error = problem.Error;
            steps.Add(new ExplanationStep(sidecar, "path", problem.Text, Origin.Default) { IsEnd = true });
        }
        else if (!RequestTarget.TryParse(call.Request.Target, out var target) || !AppPath.TryRead(target.Path, PermissionSimulator.HasPaths(permissions) || LimitSimulator.HasPaths(port.Limits), out var path))
        {
            error = "ambiguous_path";
            steps.Add(new ExplanationStep(sidecar, "path", $"{call.Request.Target.Split('?')[0]} can be read in two ways", Origin.Default) { IsEnd = true });
        }
        else
        {
            var token = TokenSimulator.Judge(permissions, call.Request, target.Query);
            if (token.Text.Length > 0)
            {
                steps.Add(new ExplanationStep(sidecar, "token", token.Text, token.Origin) { IsEnd = token.Error is not null });
            }

            error = token.Error;
            if (error is null)
            {
                (error, isShadowDenied) = Decide(PermissionSimulator.Decide(permissions, call.Caller, call.Request, path, token));
            }

            limit = error is null ? LimitSimulator.Find(port.Limits, call.Caller, call.Request, path, target.Query) : null;
        }

        if (error is null)
        {
            var said = mesh.Explanations[service].Where(s => s.Where == $"inbound/{name}" && !s.IsPermission);
            steps.AddRange(SettingSteps.Of(sidecar, said, call.Caller));
        }

        if (limit is not null)
        {
            steps.Add(new ExplanationStep(sidecar, "rateLimit", limit.Rate is { } rate ? $"{limit.Name}: each replica takes {rate}" : $"{limit.Name}: any number", limit.Origin));
        }

        return new BackendExplanation(call.Port.ToString(), percent, error) { Target = port.Protocol.IsHttp() ? call.Request.Target : "", IsShadowDenied = isShadowDenied, Limit = limit?.Name, Steps = steps.ToImmutable() };

        (string? Error, bool IsShadowDenied) Decide(PermissionVerdict verdict)
        {
            if (call.Caller.Length == 0 && door is { External: true } && verdict is { IsAllowed: false } && verdict.Origin == Origin.Default)
            {
                verdict = verdict with { IsAllowed = true, Text = "allowed, for the port is external: nothing denies it" };
            }

            steps.Add(new ExplanationStep(sidecar, "permission", verdict.Text, verdict.Origin) { IsEnd = !verdict.IsAllowed, Details = [.. verdict.Details, .. Replaced()] });
            return (verdict.IsAllowed ? null : verdict.NeedsToken ? "token_required" : "permission_denied", verdict.IsShadowDenied);
        }

        IEnumerable<StepDetail> Replaced() => mesh.Explanations[service]
            .Where(s => s.Where == $"inbound/{name}" && s.Setting == ProxyCompiler.ReplacedEdge && s.Caller?.Matches(call.Caller) == true)
            .Select(s => new StepDetail($"edge {s.Value}", DetailVerdict.Overruled, s.Origin));
    }
}
