using System.Collections.Immutable;
using Mesh.Model.Policies;
using Mesh.Model.Policies.AccessLog;
using Mesh.Model.Policies.Matching;
using Mesh.Model.Validation;

namespace Mesh.Model.Snapshots;

/// <summary>A line for each request or tcp connection, or for some.</summary>
public sealed record AccessLog
{
    /// <summary>What a line about a request says where nothing is said.</summary>
    public const string DefaultText =
        "[%START_TIME%] \"%REQ(:METHOD)% %REQ(:PATH)% %PROTOCOL%\" %RESPONSE_CODE% %MESH_ERROR% %BYTES_RECEIVED% %BYTES_SENT% %DURATION% \"%REQ(USER-AGENT)%\" %MESH_SOURCE_SERVICE% %MESH_DESTINATION_SERVICE% %UPSTREAM_HOST%";

    /// <summary>What a line about a tcp connection says where nothing is said.</summary>
    public const string DefaultTcpText =
        "[%START_TIME%] tcp %RESPONSE_FLAGS% %MESH_ERROR% %BYTES_RECEIVED% %BYTES_SENT% %DURATION% %MESH_SOURCE_SERVICE% %MESH_DESTINATION_SERVICE% %UPSTREAM_HOST%";

    /// <summary>Where to.</summary>
    public AccessLogKind Kind { get; init; }

    /// <summary>For a file: its full path.</summary>
    public string? Path { get; init; }

    /// <summary>A line with command operators as Envoy has them. <see langword="null"/>: <see cref="Json"/>, or <see cref="DefaultText"/> and <see cref="DefaultTcpText"/>.</summary>
    public string? Text { get; init; }

    /// <summary>An object, with such a text for each name. <see langword="null"/>: it is no object.</summary>
    public ImmutableSortedDictionary<string, string>? Json { get; init; }

    /// <summary>Whether names whose value is nothing are left out of the object.</summary>
    public bool OmitEmptyValues { get; init; }

    /// <summary>Only answers with this status and above. <see langword="null"/>: all.</summary>
    public int? MinStatus { get; init; }

    /// <summary>Only requests that took so long and longer. <see langword="null"/>: all.</summary>
    public TimeSpan? MinDuration { get; init; }

    /// <summary>Only what the mesh itself answered.</summary>
    public bool OnlyErrors { get; init; }

    /// <summary>Only requests whose headers match all of these. Empty: all. A tcp connection has no headers.</summary>
    public ImmutableArray<ValueMatch> Headers { get; init; } = [];

    /// <summary>Share of those that are left, above 0 to 100. Default: 100.</summary>
    public double Percent { get; init; } = FaultPercent.All;

    /// <summary>Only requests of this caller. <see langword="null"/>: everybody's.</summary>
    public PrincipalMatch? Caller { get; init; }

    /// <summary>What said so.</summary>
    public Origin Origin { get; init; } = Origin.Default;

    internal IEnumerable<Violation> Validate(FieldPath at)
    {
        if (Kind == AccessLogKind.File && (Path is null || !System.IO.Path.IsPathFullyQualified(Path)))
        {
            yield return new(at / "file" / "path", Path is null ? "is missing; name the file" : $"must be the full path of a file beside the sidecar but is {Wording.Quote(Path)}");
        }

        if (Kind == AccessLogKind.Stdout && Path is not null)
        {
            yield return new(at / "file", "means nothing with type Stdout; leave it out, or use type File");
        }

        if (Text is not null && Json is not null)
        {
            yield return new(at / "format" / "json", "stands beside text; keep one of them");
        }

        if (Json is { IsEmpty: true })
        {
            yield return new(at / "format" / "json", "is empty; name a field, or leave it out for the usual line");
        }

        foreach (var violation in CommandOperators.Validate(Text ?? "", at / "format" / "text").Concat((Json ?? ImmutableSortedDictionary<string, string>.Empty).SelectMany(f => CommandOperators.Validate(f.Value, at / "format" / "json" / f.Key))))
        {
            yield return violation;
        }

        if (MinStatus is < 100 or > 599)
        {
            yield return new(at / "filter" / "minStatus", $"must be between 100 and 599 but is {MinStatus}");
        }

        foreach (var violation in Headers.SelectMany((header, i) => Validate(header, (at / "filter" / "headers")[i])))
        {
            yield return violation;
        }

        foreach (var violation in Duration.Check(MinDuration, at / "filter" / "minDuration").Concat(FaultPercent.Validate(Percent, at / "filter")))
        {
            yield return violation;
        }
    }

    private static IEnumerable<Violation> Validate(ValueMatch header, FieldPath at) =>
        SecretHeaders.Holds(header.Name) && header.Kind is not (ValueMatchKind.Present or ValueMatchKind.Absent)
            ? [new(at / "value", $"would write a value of {header.Name}, which carries secrets, into a policy; use type Present or Absent")]
            : MatchRules.Value(header, at, isHeader: true);
}
