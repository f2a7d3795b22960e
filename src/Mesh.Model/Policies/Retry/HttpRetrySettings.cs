using System.Collections.Immutable;
using Mesh.Model.Policies.Matching;
using Mesh.Model.Snapshots;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.Retry;

/// <summary>Retries of HTTP requests.</summary>
public sealed record HttpRetrySettings : AttemptSettings
{
    /// <summary>The conditions; the list replaces that of less specific policies. Empty: never. Without any policy: ConnectFailure, RefusedStream, Reset.</summary>
    public ImmutableArray<RetryCondition>? RetryOn { get; init; }

    /// <summary>Methods that may be sent again although they might have been processed; the list replaces that of less specific policies. Without any policy: RFC 9110's idempotent ones.</summary>
    public ImmutableArray<string>? Methods { get; init; }

    /// <summary>Only requests that match one of them are sent again; the list replaces that of less specific policies. Empty or without any policy: every request.</summary>
    public ImmutableArray<ValueMatch>? RetriableRequestHeaders { get; init; }

    /// <summary>A response that matches one of them is a condition too; the list replaces that of less specific policies. Without any policy: none.</summary>
    public ImmutableArray<ValueMatch>? RetriableResponseHeaders { get; init; }

    internal override IEnumerable<Violation> Validate(FieldPath at) =>
    [
        .. base.Validate(at),
        .. (Methods ?? []).SelectMany((method, i) => MatchRules.Method(method, (at / "methods")[i])),
        .. (RetriableRequestHeaders ?? []).SelectMany((match, i) => MatchRules.Value(match, (at / "retriableRequestHeaders")[i], isHeader: true)),
        .. (RetriableResponseHeaders ?? []).SelectMany((match, i) => MatchRules.Value(match, (at / "retriableResponseHeaders")[i], isHeader: true)),
        .. (RetryOn ?? []).SelectMany((condition, i) => condition.ValidateHttp((at / "retryOn")[i])),
    ];
}
