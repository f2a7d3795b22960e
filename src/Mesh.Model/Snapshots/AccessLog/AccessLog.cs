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

    /// <summary>The attributes of a record about a request where nothing is said; what has no value is left out.</summary>
    public static readonly ImmutableSortedDictionary<string, string> DefaultAttributes = Attribute(
        ("error.type", "%MESH_ERROR%"), ("http.request.body.size", "%BYTES_RECEIVED%"), ("http.request.method", "%REQ(:METHOD)%"), ("http.response.body.size", "%BYTES_SENT%"),
        ("http.response.status_code", "%RESPONSE_CODE%"), ("http.route", "%ROUTE_NAME%"), ("mesh.callee", "%MESH_DESTINATION_SERVICE%"), ("mesh.caller", "%MESH_SOURCE_SERVICE%"),
        ("mesh.direction", "%MESH_DIRECTION%"), ("mesh.duration_ms", "%DURATION%"), ("mesh.upstream", "%UPSTREAM_HOST%"), ("server.address", "%REQ(:AUTHORITY)%"), ("url.path", "%REQ(:PATH)%"));

    /// <summary>The attributes of a record about a tcp connection where nothing is said.</summary>
    public static readonly ImmutableSortedDictionary<string, string> DefaultTcpAttributes = Attribute(
        ("error.type", "%MESH_ERROR%"), ("mesh.bytes_received", "%BYTES_RECEIVED%"), ("mesh.bytes_sent", "%BYTES_SENT%"), ("mesh.callee", "%MESH_DESTINATION_SERVICE%"),
        ("mesh.caller", "%MESH_SOURCE_SERVICE%"), ("mesh.direction", "%MESH_DIRECTION%"), ("mesh.duration_ms", "%DURATION%"), ("mesh.upstream", "%UPSTREAM_HOST%"));

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

    /// <summary>For <see cref="AccessLogKind.OpenTelemetry"/>: the record's text. <see langword="null"/>: the usual line.</summary>
    public string? Body { get; init; }

    /// <summary>For <see cref="AccessLogKind.OpenTelemetry"/>: the record's attributes, such a text for each name; what is one operator of a number is a number. <see langword="null"/>: the usual ones.</summary>
    public ImmutableSortedDictionary<string, string>? Attributes { get; init; }

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

        if (Kind != AccessLogKind.File && Path is not null)
        {
            yield return new(at / "file", $"means nothing with type {Kind}; leave it out, or use type File");
        }

        if (Kind != AccessLogKind.OpenTelemetry && (Body is not null || Attributes is not null))
        {
            yield return new(at / "openTelemetry", $"means nothing with type {Kind}; leave it out, or use type OpenTelemetry");
        }

        if (Kind == AccessLogKind.OpenTelemetry && (Text is not null || Json is not null || OmitEmptyValues))
        {
            yield return new(at / "format", "means nothing with type OpenTelemetry; use openTelemetry.body and openTelemetry.attributes");
        }

        foreach (var name in (Attributes ?? ImmutableSortedDictionary<string, string>.Empty).Keys.Where(name => !AttributeNames.IsValid(name)))
        {
            yield return new(at / "openTelemetry" / "attributes", $"has the name {Wording.Quote(name)}; {AttributeNames.Rule}");
        }

        if (Text is not null && Json is not null)
        {
            yield return new(at / "format" / "json", "stands beside text; keep one of them");
        }

        if (Json is { IsEmpty: true })
        {
            yield return new(at / "format" / "json", "is empty; name a field, or leave it out for the usual line");
        }

        foreach (var violation in CommandOperators.Validate(Text ?? "", at / "format" / "text")
            .Concat(Fields(Json, at / "format" / "json"))
            .Concat(CommandOperators.Validate(Body ?? "", at / "openTelemetry" / "body"))
            .Concat(Fields(Attributes, at / "openTelemetry" / "attributes")))
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

    private static IEnumerable<Violation> Fields(ImmutableSortedDictionary<string, string>? fields, FieldPath at) =>
        (fields ?? ImmutableSortedDictionary<string, string>.Empty).SelectMany(field => CommandOperators.Validate(field.Value, at / field.Key));

    private static ImmutableSortedDictionary<string, string> Attribute(params IEnumerable<(string Name, string Value)> attributes) =>
        attributes.ToImmutableSortedDictionary(attribute => attribute.Name, attribute => attribute.Value, StringComparer.Ordinal);

    private static IEnumerable<Violation> Validate(ValueMatch header, FieldPath at) =>
        SecretHeaders.Holds(header.Name) && header.Kind is not (ValueMatchKind.Present or ValueMatchKind.Absent)
            ? [new(at / "value", $"would write a value of {header.Name}, which carries secrets, into a policy; use type Present or Absent")]
            : MatchRules.Value(header, at, isHeader: true);
}
