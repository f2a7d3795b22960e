using System.Collections.Immutable;
using Mesh.Model.Policies.Matching;
using Mesh.Model.Snapshots;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.HealthCheck;

/// <summary>A check that is a GET request.</summary>
public sealed record HttpCheckSettings : PolicySettings
{
    /// <summary>Leaves it out, so that a check of a kind further down takes its place. Default: false.</summary>
    public bool? Disabled { get; init; }

    /// <summary>Path and query. Default: <c>/</c> (Kuma).</summary>
    public string? Path { get; init; }

    /// <summary>Statuses that say that the replica is well, 100 to 599; the list replaces that of less specific policies. Default: 200 (Envoy).</summary>
    public ImmutableArray<int>? ExpectedStatuses { get; init; }

    /// <summary>Headers of the request; the list replaces that of less specific policies. Default: none.</summary>
    public ImmutableArray<CheckHeader>? Headers { get; init; }

    internal override IEnumerable<Violation> Validate(FieldPath at)
    {
        if (Path is { } path && (path.Length == 0 || path[0] != '/' || path.Any(c => c is <= ' ' or > '~')))
        {
            yield return new(at / "path", $"must begin with / and hold no spaces but is {Wording.Quote(path)}");
        }

        if (ExpectedStatuses is { IsEmpty: true })
        {
            yield return new(at / "expectedStatuses", "is empty, so that no replica would ever be well; name a status, or leave it out for 200");
        }

        for (var i = 0; i < (ExpectedStatuses?.Length ?? 0); i++)
        {
            if (ExpectedStatuses!.Value[i] is < 100 or > 599)
            {
                yield return new((at / "expectedStatuses")[i], $"must be between 100 and 599 but is {ExpectedStatuses.Value[i]}");
            }
        }

        for (var i = 0; i < (Headers?.Length ?? 0); i++)
        {
            var header = Headers!.Value[i];
            var here = (at / "headers")[i];
            foreach (var violation in MatchRules.HeaderName(header.Name, here / "name"))
            {
                yield return violation;
            }

            if (header.Value.Any(c => c is < ' ' or > '~'))
            {
                yield return new(here / "value", $"must hold printable ASCII only but is {Wording.Quote(header.Value)}");
            }

            if (header.Name.StartsWith("x-mesh-", StringComparison.OrdinalIgnoreCase) || header.Name.StartsWith("mesh-", StringComparison.OrdinalIgnoreCase))
            {
                yield return new(here / "name", $"is {header.Name}, and headers that begin so are the mesh's own; take another name");
            }
        }
    }
}
