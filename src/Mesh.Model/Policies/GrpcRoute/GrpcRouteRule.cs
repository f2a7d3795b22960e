using System.Collections.Immutable;
using Mesh.Model.Policies.HttpRoute;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.GrpcRoute;

/// <summary>Calls, and what happens to them.</summary>
public sealed record GrpcRouteRule
{
    private static readonly RouteFilterType[] Allowed =
        [RouteFilterType.RequestHeaderModifier, RouteFilterType.ResponseHeaderModifier, RouteFilterType.RequestMirror, RouteFilterType.ExternalAuth];

    /// <summary>A name for metrics and errors, a DNS label, unique in its list. <see langword="null"/>: its place in the document.</summary>
    public string? Name { get; init; }

    /// <summary>One of these has to match. Empty: every call.</summary>
    public ImmutableArray<GrpcRouteMatch> Matches { get; init; } = [];

    /// <summary>Changes to call and answer, copies, and who is asked. <see langword="null"/>: none of this policy's own.</summary>
    public ImmutableArray<RouteFilter>? Filters { get; init; }

    /// <summary>Where calls go, by weight. <see langword="null"/>: to the upstream itself.</summary>
    public ImmutableArray<BackendRef>? BackendRefs { get; init; }

    /// <summary>How a client's calls stay at one replica. <see langword="null"/>: none of this policy's own.</summary>
    public RuleSession? Session { get; init; }

    /// <summary>The same as HTTP has it.</summary>
    internal HttpRouteRule ToHttp() => new()
    {
        Name = Name,
        Matches = [.. Matches.Select(m => m.ToRouteMatch())],
        Filters = Filters,
        BackendRefs = BackendRefs,
        Session = Session,
    };

    internal IEnumerable<Violation> Validate(FieldPath at)
    {
        foreach (var violation in Matches.SelectMany((match, i) => match.Validate((at / "matches")[i])).Concat((ToHttp() with { Matches = [] }).Validate(at)))
        {
            yield return violation;
        }

        var filters = Filters ?? [];
        for (var i = 0; i < filters.Length; i++)
        {
            if (!Allowed.Contains(filters[i].Type))
            {
                yield return new((at / "default" / "filters")[i] / "type", $"must be {Wording.OneOf([.. Allowed.Select(t => t.ToString())])} in a GrpcRoute but is {filters[i].Type}");
            }
        }
    }
}
