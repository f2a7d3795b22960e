using System.Collections.Immutable;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.HttpRoute;

/// <summary>When requests of one rule are sent again (Gateway API's <c>retry</c>): on these statuses, and on errors of connections. What may have been processed is repeated for idempotent methods only.</summary>
public sealed record RuleRetry
{
    /// <summary>Statuses, 400 to 599. Empty: errors of connections alone.</summary>
    public ImmutableArray<int> Codes { get; init; } = [];

    /// <summary>Retries after the first attempt; 0: none. <see langword="null"/>: what Retry policies say.</summary>
    public int? Attempts { get; init; }

    /// <summary>The first pause, greater than zero; each one after it is longer. <see langword="null"/>: what Retry policies say.</summary>
    public TimeSpan? BackOff { get; init; }

    internal IEnumerable<Violation> Validate(FieldPath at)
    {
        if (Codes.IsEmpty && Attempts is null && BackOff is null)
        {
            yield return new(at, "says nothing; add codes, attempts or backoff, or leave it out");
        }

        for (var i = 0; i < Codes.Length; i++)
        {
            if (Codes[i] is < 400 or > 599)
            {
                yield return new((at / "codes")[i], $"must be a status from 400 to 599 but is {Codes[i]}");
            }
        }

        if (Attempts is < 0 or > 100)
        {
            yield return new(at / "attempts", $"must be between 0 and 100 but is {Attempts}");
        }

        if (BackOff is { } pause && pause <= TimeSpan.Zero)
        {
            yield return new(at / "backoff", $"must be greater than zero but is {Duration.Format(pause)}");
        }
    }
}
