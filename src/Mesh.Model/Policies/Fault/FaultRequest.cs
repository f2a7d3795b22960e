using System.Collections.Immutable;
using Mesh.Model.Policies.HttpRoute;
using Mesh.Model.Resources;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.Fault;

/// <summary>What a user asks to go wrong, and for how long. No document and no kind: it is asked for over the API and ends by itself.</summary>
public sealed record FaultRequest
{
    /// <summary>The longest lease: 1 h. What is to last longer is not an experiment.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>Whose calls are hit: <c>service</c>, <c>service/port</c> or <c>namespace/service/port</c> as in <c>uses</c>.</summary>
    public string To { get; init; } = "";

    /// <summary>Which callers, <c>service</c> or <c>namespace/service</c>. Empty: all that use it.</summary>
    public ImmutableArray<string> From { get; init; } = [];

    /// <summary>How long, at most <see cref="Longest"/>. Required.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Which requests, as in HttpRoute: one of these has to match. Empty: all.</summary>
    public ImmutableArray<RouteMatch> Matches { get; init; } = [];

    /// <summary>What happens.</summary>
    public FaultEffects Effects { get; init; } = new();

    /// <summary>The upstream ports that <see cref="To"/> names; <see langword="null"/>: it is not readable.</summary>
    internal UseReference? Callee => UseReference.TryParse(To, ServiceId.DefaultNamespace, out var use) ? use : null;

    /// <summary>The callers that <see cref="From"/> names.</summary>
    internal IEnumerable<ServiceId> Callers => From.Where(name => ServiceId.TryParse(name, ServiceId.DefaultNamespace, out _)).Select(name =>
    {
        _ = ServiceId.TryParse(name, ServiceId.DefaultNamespace, out var id);
        return id;
    });

    /// <summary>What is wrong with it by itself, all at once; <see cref="FaultCompiler.Check"/> holds it against what there is.</summary>
    public IEnumerable<Violation> Validate()
    {
        var at = FieldPath.Root;
        if (Callee is null)
        {
            yield return new(at / "to", $"must be service, service/port or namespace/service/port but is {Wording.Quote(To)}");
        }

        for (var i = 0; i < From.Length; i++)
        {
            if (!ServiceId.TryParse(From[i], ServiceId.DefaultNamespace, out _))
            {
                yield return new((at / "from")[i], $"must be service or namespace/service but is {Wording.Quote(From[i])}");
            }
        }

        if (Duration > Longest)
        {
            yield return new(at / "duration", $"must be at most {Policies.Duration.Format(Longest)} but is {Policies.Duration.Format(Duration.Value)}; ask again when it has ended");
        }

        if (Effects.IsEmpty)
        {
            yield return new(at, "says nothing that goes wrong; add delay, abort, response or tcp");
        }

        foreach (var violation in (Duration is null ? [] : Policies.Duration.Check(Duration, at / "duration"))
            .Concat(Matches.SelectMany((match, i) => HttpRouteRule.MatchViolations(match, (at / "matches")[i])))
            .Concat(Effects.Validate(at)))
        {
            yield return violation;
        }
    }
}
