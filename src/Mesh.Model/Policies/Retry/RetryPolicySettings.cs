using Mesh.Model.Validation;

namespace Mesh.Model.Policies.Retry;

/// <summary>Retries by protocol, and the budget that bounds them all.</summary>
public sealed record RetryPolicySettings : PolicySettings
{
    /// <summary>For ports of protocol http, http2 and https.</summary>
    public HttpRetrySettings Http { get; init; } = new();

    /// <summary>For ports of protocol grpc.</summary>
    public GrpcRetrySettings Grpc { get; init; } = new();

    /// <summary>For ports of protocol tcp: connection attempts over different replicas, at least 1. Without any policy: 3.</summary>
    public int? MaxConnectAttempts { get; init; }

    /// <summary>The budget.</summary>
    public RetryBudgetSettings Budget { get; init; } = new();

    internal override IEnumerable<Violation> Validate(FieldPath at)
    {
        foreach (var violation in Http.Validate(at / "http").Concat(Grpc.Validate(at / "grpc")).Concat(Budget.Validate(at / "budget")))
        {
            yield return violation;
        }

        if (MaxConnectAttempts is < 1 or > 100)
        {
            yield return new(at / "tcp" / "maxConnectAttempts", $"must be between 1 and 100 but is {MaxConnectAttempts}");
        }
    }
}
