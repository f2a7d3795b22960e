using Envoy.Config.Route.V3;
using Envoy.Type.Matcher.V3;
using Mesh.Model.Snapshots;
using RouteMatchMessage = Envoy.Config.Route.V3.RouteMatch;
using RouteMatchRecord = Mesh.Model.Snapshots.RouteMatch;

namespace Mesh.Xds.Codecs;

/// <summary>Which requests a route is for.</summary>
internal static class RouteMatchCodec
{
    private const string Method = ":method";

    public static RouteMatchMessage Encode(RouteMatchRecord match)
    {
        var message = new RouteMatchMessage();
        switch (match.Path)
        {
            case { Kind: PathMatchKind.Exact }:
                message.Path = match.Path.Value;
                break;
            case { Kind: PathMatchKind.RegularExpression }:
                message.SafeRegex = new RegexMatcher { Regex = match.Path.Value };
                break;
            case { Kind: PathMatchKind.PathPrefix } when match.Path.Value.TrimEnd('/') is { Length: > 1 } elements:
                message.PathSeparatedPrefix = elements;
                break;
            default:
                message.Prefix = "/";
                break;
        }

        if (match.Method is not null)
        {
            message.Headers.Add(new HeaderMatcher { Name = Method, StringMatch = TextMatchCodec.Exact(match.Method) });
        }

        message.Headers.AddRange(match.Headers.Select(EncodeHeader));
        message.QueryParameters.AddRange(match.QueryParameters.Select(EncodeParameter));
        return message;
    }

    public static RouteMatchRecord Decode(RouteMatchMessage? match, bool anyPath, string where)
    {
        if (match is null)
        {
            throw new ResourceRefusedException($"{where}.match: missing");
        }

        var method = match.Headers is [{ Name: Method }, ..] ? match.Headers[0] : null;
        return new()
        {
            Path = DecodePath(match, anyPath, where),
            Method = method switch
            {
                null => null,
                { InvertMatch: false, StringMatch: { HasExact: true, IgnoreCase: false } exact } => exact.Exact,
                _ => throw new ResourceRefusedException($"{where}.match.headers: only one exact method is supported"),
            },
            Headers = [.. match.Headers.Skip(method is null ? 0 : 1).Select(header => DecodeHeader(header, $"{where}.match.headers"))],
            QueryParameters = [.. match.QueryParameters.Select(parameter => DecodeParameter(parameter, $"{where}.match.query_parameters"))],
        };
    }

    private static PathMatch? DecodePath(RouteMatchMessage match, bool anyPath, string where) => match.PathSpecifierCase switch
    {
        _ when match.CaseSensitive == false => throw new ResourceRefusedException($"{where}.match.case_sensitive: false is not supported"),
        _ when match.RuntimeFraction is not null => throw new ResourceRefusedException($"{where}.match.runtime_fraction: not supported"),
        RouteMatchMessage.PathSpecifierOneofCase.Path => new(PathMatchKind.Exact, match.Path),
        RouteMatchMessage.PathSpecifierOneofCase.SafeRegex => new(PathMatchKind.RegularExpression, match.SafeRegex.Regex),
        RouteMatchMessage.PathSpecifierOneofCase.PathSeparatedPrefix => new(PathMatchKind.PathPrefix, match.PathSeparatedPrefix),
        RouteMatchMessage.PathSpecifierOneofCase.Prefix when match.Prefix == "/" => anyPath ? null : new(PathMatchKind.PathPrefix, "/"),
        _ => throw new ResourceRefusedException($"{where}.match: {match.PathSpecifierCase} '{match.Prefix}' is not supported"),
    };

    public static HeaderMatcher EncodeHeader(ValueMatch match)
    {
        var header = new HeaderMatcher { Name = match.Name };
        switch (match.Kind)
        {
            case ValueMatchKind.Present:
                header.PresentMatch = true;
                break;
            case ValueMatchKind.Absent:
                header.PresentMatch = true;
                header.InvertMatch = true;
                break;
            default:
                header.StringMatch = EncodeValue(match);
                break;
        }

        return header;
    }

    public static ValueMatch DecodeHeader(HeaderMatcher header, string where) => header switch
    {
        { TreatMissingHeaderAsEmpty: true } => throw new ResourceRefusedException($"{where}: treat_missing_header_as_empty is not supported"),
        { HasPresentMatch: true } => new(header.Name, header.PresentMatch != header.InvertMatch ? ValueMatchKind.Present : ValueMatchKind.Absent, ""),
        { InvertMatch: false, StringMatch: { } value } => TextMatchCodec.Decode(header.Name, value, where),
        _ => throw new ResourceRefusedException($"{where}: {header.HeaderMatchSpecifierCase} is not supported for '{header.Name}'"),
    };

    private static QueryParameterMatcher EncodeParameter(ValueMatch match) => match.Kind switch
    {
        ValueMatchKind.Present => new() { Name = match.Name, PresentMatch = true },
        ValueMatchKind.Absent => new() { Name = match.Name, PresentMatch = false },
        _ => new() { Name = match.Name, StringMatch = EncodeValue(match) },
    };

    private static ValueMatch DecodeParameter(QueryParameterMatcher parameter, string where) => parameter switch
    {
        { HasPresentMatch: true } => new(parameter.Name, parameter.PresentMatch ? ValueMatchKind.Present : ValueMatchKind.Absent, ""),
        { StringMatch: { } value } => TextMatchCodec.Decode(parameter.Name, value, where),
        _ => throw new ResourceRefusedException($"{where}: '{parameter.Name}' has no condition"),
    };

    private static StringMatcher EncodeValue(ValueMatch match) => match.Kind switch
    {
        ValueMatchKind.Exact => TextMatchCodec.Exact(match.Value),
        ValueMatchKind.Prefix => TextMatchCodec.Prefix(match.Value),
        ValueMatchKind.RegularExpression => TextMatchCodec.Regex(match.Value),
        _ => throw new ArgumentOutOfRangeException(nameof(match), match.Kind, null),
    };
}
