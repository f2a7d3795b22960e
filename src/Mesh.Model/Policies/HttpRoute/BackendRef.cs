using System.Collections.Immutable;
using Mesh.Model.Resources;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.HttpRoute;

/// <summary>One backend of a split. A backend that does not exist answers its share with 500.</summary>
public sealed record BackendRef
{
    /// <summary>A service or external service.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its namespace. <see langword="null"/>: the policy's own.</summary>
    public string? Namespace { get; init; }

    /// <summary>The port's name. <see langword="null"/>: the port of that name which was called.</summary>
    public string? Port { get; init; }

    /// <summary>Share relative to its siblings, 0 to 1,000,000. Default: 1.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>Header changes for this backend only.</summary>
    public ImmutableArray<RouteFilter> Filters { get; init; } = [];

    internal IEnumerable<Violation> Validate(FieldPath at)
    {
        foreach (var (field, value) in new[] { ("name", Name), ("namespace", Namespace), ("port", Port) })
        {
            if (!string.IsNullOrEmpty(value) && !DnsLabel.IsValid(value))
            {
                yield return new(at / field, ResourceMetadata.NotALabel(value));
            }
        }

        if (Weight is < 0 or > 1_000_000)
        {
            yield return new(at / "weight", $"must be between 0 and 1000000 but is {Weight}");
        }

        for (var i = 0; i < Filters.Length; i++)
        {
            var path = (at / "filters")[i];
            if (Filters[i].Type is not (RouteFilterType.RequestHeaderModifier or RouteFilterType.ResponseHeaderModifier))
            {
                yield return new(path / "type", $"must be RequestHeaderModifier or ResponseHeaderModifier on a backend but is {Filters[i].Type}; move it to the rule");
            }

            foreach (var violation in Filters[i].Validate(path))
            {
                yield return violation;
            }
        }
    }
}
