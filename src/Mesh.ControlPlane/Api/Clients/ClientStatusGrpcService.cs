using System.Text.RegularExpressions;
using Envoy.Admin.V3;
using Envoy.Config.Core.V3;
using Envoy.Service.Status.V3;
using Envoy.Type.Matcher.V3;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.ControlPlane.Authority;
using Mesh.ControlPlane.Discovery;
using Mesh.ControlPlane.Store;
using Mesh.Model.Bootstrap;
using Mesh.Model.Identity;
using Mesh.Xds.Server;
using Mesh.Xds.Wire;

namespace Mesh.ControlPlane.Api;

/// <summary>
/// CSDS: how each connected client stands with each type of resource. A caller with an API token that may read sees every client; one with an SVID sees the clients
/// of its own identity, the other replicas of the control plane see every client.
/// </summary>
internal sealed class ClientStatusGrpcService(StreamRegistry streams, ReplicaRegistry registry, PeerVerifier peers, IApiCallers callers, ControlPlaneSettings settings, IHostApplicationLifetime lifetime)
    : ClientStatusDiscoveryService.ClientStatusDiscoveryServiceBase
{
    /// <summary>No expression of a request may hold the process up.</summary>
    private static readonly TimeSpan MatchLimit = TimeSpan.FromMilliseconds(50);

    private readonly TrustDomain _trustDomain = TrustDomain.Parse(settings.TrustDomain);

    /// <inheritdoc />
    public override async Task<ClientStatusResponse> FetchClientStatus(ClientStatusRequest request, ServerCallContext context) => Answer(request, await SeesAsync(context));

    /// <inheritdoc />
    public override async Task StreamClientStatus(
        IAsyncStreamReader<ClientStatusRequest> requestStream, IServerStreamWriter<ClientStatusResponse> responseStream, ServerCallContext context)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            while (await requestStream.MoveNext(ending.Token))
            {
                // Asked each time: a certificate ends while a stream is open.
                await responseStream.WriteAsync(Answer(requestStream.Current, await SeesAsync(context)), ending.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The caller is gone, or the process is stopping.
        }
    }

    private async Task<Func<NodeId, bool>> SeesAsync(ServerCallContext context)
    {
        if (context.RequestHeaders.GetValue("authorization") is { } header)
        {
            if (BearerToken.Of(header) is not { } token || await FindAsync(token, context) is not { } caller)
            {
                throw new RpcException(new Status(StatusCode.Unauthenticated, $"The token is nobody's; come {callers.Cure}."));
            }

            return caller.Scopes.Contains(ApiScopes.Read)
                ? _ => true
                : throw new RpcException(new Status(StatusCode.PermissionDenied, $"The token '{caller.Name}' lacks the scope '{ApiScopes.Read}'."));
        }

        var peer = peers.Verify(context.GetHttpContext());
        if (!peer.IsValid)
        {
            throw new RpcException(new Status(StatusCode.Unauthenticated, $"Client status needs an API token or a live SVID: {peer.Reason}."));
        }

        SpiffeId id = peer.Id;
        return id == SpiffeId.ControlPlane(_trustDomain) ? _ => true : node => node.Identity == id;
    }

    private async Task<ApiCaller?> FindAsync(string token, ServerCallContext context)
    {
        try
        {
            return await callers.FindAsync(token, ApiScopes.Read, context.CancellationToken);
        }
        catch (CallersUnknownException e)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, e.Message));
        }
    }

    private ClientStatusResponse Answer(ClientStatusRequest request, Func<NodeId, bool> sees)
    {
        var response = new ClientStatusResponse();
        var reports = registry.Replicas.Where(r => r.Upstreams != UpstreamReport.None).ToDictionary(r => (r.Replica.Service, r.Replica.Name), r => r.Upstreams);
        response.Config.AddRange(streams.Streams
            .Where(stream => NodeId.TryParse(stream.NodeId, out var node) && sees(node))
            .Where(stream => request.NodeMatchers.Count == 0 || request.NodeMatchers.Any(matcher => Matches(matcher.NodeId, stream.NodeId)))
            .OrderBy(stream => stream.NodeId, StringComparer.Ordinal)
            .ThenBy(stream => stream.Id)
            .Select(stream => View(stream, Report(stream))));
        return response;

        UpstreamReport Report(StreamStatus stream) =>
            NodeId.TryParse(stream.NodeId, out var node) && node.Identity.TryGetService(out var service) ? reports.GetValueOrDefault((service, node.Replica), UpstreamReport.None) : UpstreamReport.None;
    }

    private static ClientConfig View(StreamStatus stream, UpstreamReport report)
    {
        var config = new ClientConfig
        {
            Node = new Node { Id = stream.NodeId, UserAgentName = stream.UserAgent, Metadata = UpstreamReportStruct.Encode(report) },
            ClientScope = stream.Kind.ToWord(),
        };
        config.GenericXdsConfigs.AddRange(stream.Types.OrderBy(type => type.Key, StringComparer.Ordinal).Select(type => View(type.Key, type.Value)));
        return config;
    }

    // Answers are to whole responses: how a client stands with one resource of several, only the client can tell.
    private static ClientConfig.Types.GenericXdsConfig View(string typeUrl, TypeStatus type) => new()
    {
        TypeUrl = typeUrl,
        VersionInfo = type.AckedVersion ?? "",
        LastUpdated = (type.AckedAt ?? type.SentAt).ToTimestamp(),
        ConfigStatus = type.Error is not null ? ConfigStatus.Error : type.IsPending ? ConfigStatus.Stale : ConfigStatus.Synced,
        ClientStatus = type.Error is not null ? ClientResourceStatus.Nacked : type.IsPending ? ClientResourceStatus.Requested : ClientResourceStatus.Acked,
        ErrorState = type.Error is null
            ? null
            : new UpdateFailureState { Details = type.Error, VersionInfo = type.RefusedVersion ?? "", LastUpdateAttempt = type.SentAt.ToTimestamp() },
    };

    private static bool Matches(StringMatcher? matcher, string text)
    {
        if (matcher is null)
        {
            return true;
        }

        var comparison = matcher.IgnoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        return matcher.MatchPatternCase switch
        {
            StringMatcher.MatchPatternOneofCase.Exact => string.Equals(text, matcher.Exact, comparison),
            StringMatcher.MatchPatternOneofCase.Prefix => text.StartsWith(matcher.Prefix, comparison),
            StringMatcher.MatchPatternOneofCase.Suffix => text.EndsWith(matcher.Suffix, comparison),
            StringMatcher.MatchPatternOneofCase.Contains => text.Contains(matcher.Contains, comparison),
            StringMatcher.MatchPatternOneofCase.SafeRegex => IsMatch(matcher.SafeRegex.Regex, text),
            _ => false,
        };
    }

    private static bool IsMatch(string pattern, string text)
    {
        try
        {
            return Regex.IsMatch(text, $"^(?:{pattern})$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, MatchLimit);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException or RegexMatchTimeoutException)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, $"safe_regex '{pattern}': {e.Message}"));
        }
    }
}
