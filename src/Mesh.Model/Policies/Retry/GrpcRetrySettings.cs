using System.Collections.Immutable;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.Retry;

/// <summary>Retries of gRPC calls.</summary>
public sealed record GrpcRetrySettings : AttemptSettings
{
    /// <summary>The conditions; the list replaces that of less specific policies. Empty: never. Without any policy: ConnectFailure, RefusedStream.</summary>
    public ImmutableArray<RetryCondition>? RetryOn { get; init; }

    internal override IEnumerable<Violation> Validate(FieldPath at) =>
    [
        .. base.Validate(at),
        .. (RetryOn ?? []).SelectMany((condition, i) => condition.ValidateGrpc((at / "retryOn")[i])),
    ];
}
