using Mesh.Model.Requests;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Policies.Routing;
using Mesh.Proxy.Policies.Timeout;

namespace Mesh.Proxy.Outbound;

/// <summary>What the filters of a rule do before a request is acted upon, in Envoy's order: CORS, then authorization. A preflight request is answered unasked, for it carries no credentials.</summary>
internal sealed class RouteFilters(ExternalAuthorizer authorizer)
{
    /// <summary>Runs them. Only for rules that have some.</summary>
    /// <returns>Whether the request is answered already; why it fails; and what is in store for its response.</returns>
    public async ValueTask<(bool IsAnswered, Failure? Failure, RouteEffects? Effects)> RunAsync(HttpContext context, OutboundTables tables, CompiledRule rule, RequestTarget target, string callee, RequestClock? clock)
    {
        if (rule.Cors is not null && CompiledCors.IsPreflight(context.Request))
        {
            rule.Cors.Answer(context.Request, context.Response);
            await context.Response.CompleteAsync();
            return (true, null, null);
        }

        var effects = rule.Cors is not null && context.Request.Headers.Origin is [{ } page] ? new RouteEffects(rule.Cors, page) : null;
        if (rule.Rule.Authorization is not { } asked)
        {
            return (false, null, effects);
        }

        var answer = await authorizer.AskAsync(asked, context, tables, target, callee, rule.Policy, effects, clock);
        if (!answer.ResponseHeaders.IsEmpty)
        {
            effects ??= new RouteEffects();
            effects.ResponseHeaders = answer.ResponseHeaders;
        }

        return (answer.IsAnswered, answer.Failure, effects);
    }
}
