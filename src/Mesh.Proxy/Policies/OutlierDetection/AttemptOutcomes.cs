using Mesh.Proxy.Policies.Retry;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Policies.OutlierDetection;

/// <summary>Reads what became of a request out of its response.</summary>
internal static class AttemptOutcomes
{
    /// <summary>What a response's head says.</summary>
    public static AttemptOutcome Of(UpstreamResponse response)
    {
        if (response.Status < 500)
        {
            return AttemptOutcome.Success;
        }

        // The replica's sidecar speaks for an app that it got no answer from.
        if (RetryDecision.IsUnanswered(response))
        {
            return AttemptOutcome.LocalFailure;
        }

        return response.Status is 502 or 503 or 504 ? AttemptOutcome.GatewayError : AttemptOutcome.ServerError;
    }

    /// <summary>What a gRPC status says. UNIMPLEMENTED is the caller's mistake: every replica would say the same.</summary>
    public static AttemptOutcome OfGrpc(string? status) => status switch
    {
        "14" or "4" => AttemptOutcome.GatewayError, // UNAVAILABLE, DEADLINE_EXCEEDED
        "2" or "13" or "15" => AttemptOutcome.ServerError, // UNKNOWN, INTERNAL, DATA_LOSS
        _ => AttemptOutcome.Success,
    };
}
