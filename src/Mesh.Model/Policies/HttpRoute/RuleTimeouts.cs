using Mesh.Model.Validation;

namespace Mesh.Model.Policies.HttpRoute;

/// <summary>Bounds on time of one rule (Gateway API's <c>timeouts</c>).</summary>
public sealed record RuleTimeouts
{
    /// <summary>The whole request with its retries; zero: no limit. <see langword="null"/>: what Timeout policies say.</summary>
    public TimeSpan? Request { get; init; }

    /// <summary>One attempt until its response begins; zero: no limit. <see langword="null"/>: what Retry policies say.</summary>
    public TimeSpan? BackendRequest { get; init; }

    internal IEnumerable<Violation> Validate(FieldPath at)
    {
        if (Request is null && BackendRequest is null)
        {
            yield return new(at, "says nothing; add request or backendRequest, or leave it out");
        }

        foreach (var violation in Duration.Check(Request, at / "request", zeroIsOff: true).Concat(Duration.Check(BackendRequest, at / "backendRequest", zeroIsOff: true)))
        {
            yield return violation;
        }

        if (Request is { } request && BackendRequest is { } backend && request > TimeSpan.Zero && backend > request)
        {
            yield return new(at / "backendRequest", $"must not be longer than request, {Duration.Format(request)}, but is {Duration.Format(backend)}");
        }
    }
}
