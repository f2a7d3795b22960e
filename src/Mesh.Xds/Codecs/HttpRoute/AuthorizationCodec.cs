using System.Collections.Immutable;
using Envoy.Config.Core.V3;
using Envoy.Extensions.Filters.Http.ExtAuthz.V3;
using Envoy.Type.Matcher.V3;
using Envoy.Type.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Snapshots;

namespace Mesh.Xds.Codecs;

/// <summary>Who is asked about each request: the standard filter, which our sidecar finds in the route's own settings.</summary>
internal static class AuthorizationCodec
{
    /// <summary>What the names of the filter begin with: a connection manager has one for each service that its routes ask.</summary>
    public const string FilterName = "envoy.filters.http.ext_authz";

    // A header of any name: how "all of them" is said where nothing at all would mean none.
    private const string AnyName = ".+";

    public static ExtAuthz Encode(RouteAuthorization asked)
    {
        var timeout = Duration.FromTimeSpan(asked.Timeout);
        var filter = new ExtAuthz
        {
            TransportApiVersion = ApiVersion.V3,
            FailureModeAllow = asked.FailOpen,
            StatusOnError = new HttpStatus { Code = StatusCode.ServiceUnavailable },
            AllowedHeaders = Names(asked.RequestHeaders),
            WithRequestBody = asked.MaxBody is { } most ? new BufferSettings { MaxRequestBytes = (uint)most, PackAsBytes = true } : null,
        };
        if (asked.Protocol == AuthorizationProtocol.Grpc)
        {
            filter.GrpcService = new GrpcService { EnvoyGrpc = new() { ClusterName = asked.Cluster }, Timeout = timeout };
            return filter;
        }

        filter.HttpService = new HttpService
        {
            ServerUri = new HttpUri { Uri = $"http://{asked.Cluster}", Cluster = asked.Cluster, Timeout = timeout },
            PathPrefix = asked.PathPrefix,
            AuthorizationResponse = new() { AllowedUpstreamHeaders = Names(asked.ResponseHeaders) ?? new() { Patterns = { TextMatchCodec.Regex(AnyName) } } },
        };
        return filter;
    }

    public static RouteAuthorization Decode(ExtAuthz filter, string where) => filter.ServicesCase switch
    {
        ExtAuthz.ServicesOneofCase.GrpcService when filter.GrpcService.EnvoyGrpc is { } grpc =>
            Decode(filter, grpc.ClusterName, filter.GrpcService.Timeout, where) with { Protocol = AuthorizationProtocol.Grpc },
        ExtAuthz.ServicesOneofCase.HttpService when filter.HttpService.ServerUri is { } uri =>
            Decode(filter, uri.Cluster, uri.Timeout, where) with
            {
                PathPrefix = filter.HttpService.PathPrefix,
                ResponseHeaders = Names(filter.HttpService.AuthorizationResponse?.AllowedUpstreamHeaders, where),
            },
        _ => throw new ResourceRefusedException($"{where}.authorization: no service to ask"),
    };

    private static RouteAuthorization Decode(ExtAuthz filter, string cluster, Duration? timeout, string where) => new()
    {
        Cluster = cluster,
        RequestHeaders = Names(filter.AllowedHeaders, where),
        MaxBody = filter.WithRequestBody is { AllowPartialMessage: false } body ? (int)body.MaxRequestBytes
            : filter.WithRequestBody is null ? null
            : throw new ResourceRefusedException($"{where}.authorization.with_request_body: allow_partial_message is not supported"),
        Timeout = ValueCodec.Required(timeout, $"{where}.authorization.timeout"),
        FailOpen = filter.FailureModeAllow,
    };

    private static ListStringMatcher? Names(ImmutableArray<string> names) =>
        names.IsEmpty ? null : new() { Patterns = { names.Select(name => new StringMatcher { Exact = name, IgnoreCase = true }) } };

    private static ImmutableArray<string> Names(ListStringMatcher? names, string where) => names is null or { Patterns: [{ SafeRegex.Regex: AnyName }] }
        ? []
        : [.. names.Patterns.Select(name => name.HasExact ? name.Exact : throw new ResourceRefusedException($"{where}.authorization: headers by {name.MatchPatternCase} are not supported"))];
}
