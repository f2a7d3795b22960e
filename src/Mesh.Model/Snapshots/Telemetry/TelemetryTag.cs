using Mesh.Model.Policies.Matching;
using Mesh.Model.Validation;

namespace Mesh.Model.Snapshots;

/// <summary>An attribute of the spans of a sidecar, and of its request metrics where that is said.</summary>
public sealed record TelemetryTag
{
    /// <summary>Distinct values of one tag that metrics tell apart where nothing is said.</summary>
    public const int DefaultMaxValues = 50;

    /// <summary>What is counted under one value once there are more.</summary>
    public const string Overflow = "_other";

    private const int LongestText = 256;
    private const int MostValues = 1000;

    // What the sidecar says itself, and what Prometheus' text format keeps for itself.
    // With underscores, as Prometheus has them: "error_type" would be a second label of that name.
    private static readonly HashSet<string> Own = ["http_request_method", "http_response_status_code", "http_route", "http_request_resend_count", "error_type", "le", "quantile"];

    /// <summary>The attribute's name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Always this value.</summary>
    public string? Literal { get; init; }

    /// <summary>The value of a request header, the first where there are several.</summary>
    public TagSource? Header { get; init; }

    /// <summary>The value of an environment variable of the sidecar, as it was when the sidecar heard of the tag.</summary>
    public TagSource? Environment { get; init; }

    /// <summary>Whether the durations of requests are told apart by it too.</summary>
    public bool Metrics { get; init; }

    /// <summary>On metrics: how many values are told apart by one sidecar, 1 to 1000; all others are <see cref="Overflow"/>. <see langword="null"/>: 50.</summary>
    public int? MaxValues { get; init; }

    /// <inheritdoc />
    public override string ToString() => $"{Name}={Literal ?? (Header is { } header ? $"header {header.Name}" : $"environment {Environment?.Name}")}{(Metrics ? " (metrics)" : "")}";

    internal IEnumerable<Violation> Validate(FieldPath at)
    {
        if (!AttributeNames.IsValid(Name))
        {
            yield return new(at / "name", $"is {Wording.Quote(Name)}; {AttributeNames.Rule}");
        }
        else if (IsOwn(Name.Replace('.', '_')))
        {
            yield return new(at / "name", $"is {Wording.Quote(Name)}, which the sidecar says itself; take another name");
        }

        if ((Literal is null ? 0 : 1) + (Header is null ? 0 : 1) + (Environment is null ? 0 : 1) != 1)
        {
            yield return new(at, "must have exactly one of literal, header and environment");
        }

        foreach (var violation in Text(Literal, at / "literal").Concat(FromHeader(at / "header")).Concat(FromEnvironment(at / "environment")))
        {
            yield return violation;
        }

        if (MaxValues is { } most && (!Metrics || Header is null))
        {
            yield return new(at / "maxValues", $"means nothing here (it is {most}); it bounds what a header says on metrics");
        }
        else if (MaxValues is < 1 or > MostValues)
        {
            yield return new(at / "maxValues", $"must be between 1 and {MostValues} but is {MaxValues}");
        }
    }

    private static bool IsOwn(string label) => Own.Contains(label) || label.StartsWith("mesh_", StringComparison.Ordinal) || label.StartsWith("otel_", StringComparison.Ordinal);

    private IEnumerable<Violation> FromHeader(FieldPath at)
    {
        if (Header is not { } header)
        {
            return [];
        }

        return SecretHeaders.Holds(header.Name)
            ? [new(at / "name", $"is {header.Name}, which carries secrets, and spans and metrics are read by more people than may act for its callers; take a header that says who it is and proves nothing")]
            : MatchRules.HeaderName(header.Name, at / "name").Concat(Text(header.Default, at / "default"));
    }

    private IEnumerable<Violation> FromEnvironment(FieldPath at)
    {
        if (Environment is not { } variable)
        {
            yield break;
        }

        if (variable.Name.Length is 0 or > LongestText || !variable.Name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') || char.IsAsciiDigit(variable.Name[0]))
        {
            yield return new(at / "name", $"must be the name of an environment variable (letters, digits and underscores) but is {Wording.Quote(variable.Name)}");
        }
        else if (SecretVariables.MayBe(variable.Name))
        {
            yield return new(at / "name", $"is {variable.Name}, which looks as if it held a secret; spans and metrics are read by many: put what may be read into a variable of another name");
        }

        foreach (var violation in Text(variable.Default, at / "default"))
        {
            yield return violation;
        }
    }

    private static IEnumerable<Violation> Text(string? text, FieldPath at)
    {
        if (text is { Length: 0 or > LongestText })
        {
            yield return new(at, $"must have 1 to {LongestText} characters but has {text.Length}");
        }
    }
}
