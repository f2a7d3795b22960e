using System.Buffers;
using System.IO.Pipelines;
using Mesh.Model.Requests;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Policies.Routing;
using Mesh.Proxy.Policies.Timeout;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Outbound;

/// <summary>Asks a service whether a request may pass. What is no answer (no connection, no time left, a 5xx, an error of the mesh) lets nothing pass unless the policy says so.</summary>
internal sealed class ExternalAuthorizer(UpstreamKit kit, HopName hop, ProxyMetrics metrics)
{
    /// <summary>Asks.</summary>
    /// <param name="asked">Whom, and how.</param>
    /// <param name="context">The request. Its headers are changed as the answer says; its body stays to be read.</param>
    /// <param name="tables">The tables.</param>
    /// <param name="target">Path and query as the caller wrote them.</param>
    /// <param name="callee">Who is called.</param>
    /// <param name="policy">The policy, for errors.</param>
    /// <param name="effects">What is in store for a response, a refusal too; <see langword="null"/>: nothing.</param>
    /// <param name="clock">The request's limits; <see langword="null"/>: none.</param>
    public async ValueTask<AuthorizationAnswer> AskAsync(
        RouteAuthorization asked, HttpContext context, OutboundTables tables, RequestTarget target, string callee, string? policy, RouteEffects? effects, RequestClock? clock)
    {
        if (tables.Clusters.GetValueOrDefault(asked.Cluster) is not { } cluster)
        {
            Disown(asked, context);
            return Unavailable(asked, policy, $"{asked.Cluster} cannot be asked: there is no such service, or this one may not use it");
        }

        var (body, problem) = await BodyAsync(asked, context, policy, clock);
        if (problem is not null)
        {
            return new() { Failure = problem };
        }

        var ended = clock?.Token ?? context.RequestAborted;
        using var patience = new CancellationTokenSource(asked.Timeout, kit.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ended);
        var question = asked.Protocol == AuthorizationProtocol.Grpc
            ? GrpcAuthorization.Question(asked, cluster, context, hop, target, callee, body, kit.Time)
            : HttpAuthorization.Question(asked, cluster, context, body);
        Disown(asked, context);
        try
        {
            using var outgoing = question.Length == 0 ? null : new RequestBody(question.Request, OutboundCall.KeepLimit);
            var path = asked.Protocol == AuthorizationProtocol.Grpc ? GrpcAuthorization.Method : $"{asked.PathPrefix}{target}";
            var (call, failure) = await SideCall.SendAsync(cluster, kit, question.Request, path, outgoing, asked.Protocol == AuthorizationProtocol.Grpc, either.Token);
            await using var sent = call;
            if (sent is null)
            {
                return ended.IsCancellationRequested
                    ? new() { Failure = new Failure(ProxyError.ClientClosed) }
                    : Unavailable(asked, policy, patience.IsCancellationRequested ? Late(asked) : failure?.Detail ?? "it could not be asked");
            }

            if (sent.Response.Header(ErrorResponse.Header) is { } error)
            {
                return Unavailable(asked, policy, $"{asked.Cluster} was not reached: {error}");
            }

            var answer = asked.Protocol == AuthorizationProtocol.Grpc
                ? await GrpcAuthorization.ReadAsync(sent.Response, question, context, hop, policy, effects, either.Token)
                : await HttpAuthorization.ReadAsync(asked, sent.Response, question, context, hop, policy, effects, either.Token);
            if (answer is null)
            {
                return Unavailable(asked, policy, $"{asked.Cluster} gave no answer: its status was {sent.Response.Status}");
            }

            metrics.Authorized(asked.Cluster, answer.IsAnswered || answer.Failure is not null ? "denied" : "allowed");
            return answer;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or InvalidOperationException or Google.Protobuf.InvalidProtocolBufferException)
        {
            return ended.IsCancellationRequested || context.Response.HasStarted
                ? new() { Failure = new Failure(ProxyError.ClientClosed) }
                : Unavailable(asked, policy, patience.IsCancellationRequested ? Late(asked) : $"{asked.Cluster}: {e.Message}");
        }
    }

    // Headers that the policy says the service sets are nobody else's to say, whether it sets them or not.
    private static void Disown(RouteAuthorization asked, HttpContext context)
    {
        foreach (var name in asked.ResponseHeaders)
        {
            context.Request.Headers.Remove(name);
        }
    }

    // What of the body it is asked with.
    private static async ValueTask<(ReadOnlyMemory<byte> Body, Failure? Problem)> BodyAsync(RouteAuthorization asked, HttpContext context, string? policy, RequestClock? clock)
    {
        if (asked.MaxBody is not { } most || !InvokerPath.HasBody(context) || UpgradeForwarder.IsUpgrade(context))
        {
            return (default, null);
        }

        try
        {
            return await PeekAsync(context.Request.BodyReader, most, clock, clock?.Token ?? context.RequestAborted) is { } whole
                ? (whole, null)
                : (default, new Failure(ProxyError.AuthorizationDenied, policy, $"the body has more than the {most} bytes that {asked.Cluster} may be asked about", Status: StatusCodes.Status413PayloadTooLarge));
        }
        catch (BadHttpRequestException e)
        {
            return (default, new Failure(ProxyError.BadRequest, Detail: e.Message, Status: e.StatusCode));
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            return (default, new Failure(ProxyError.ClientClosed));
        }
    }

    private AuthorizationAnswer Unavailable(RouteAuthorization asked, string? policy, string why)
    {
        metrics.Authorized(asked.Cluster, asked.FailOpen ? "failed_open" : "failed");
        return asked.FailOpen ? AuthorizationAnswer.Pass : new() { Failure = new Failure(ProxyError.AuthorizationUnavailable, policy, why) };
    }

    private static string Late(RouteAuthorization asked) => $"{asked.Cluster} did not answer within {asked.Timeout.TotalSeconds:0.###} s";

    // All of the body, which stays to be read; null: it is longer.
    private static async ValueTask<ReadOnlyMemory<byte>?> PeekAsync(PipeReader reader, int most, RequestClock? clock, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            clock?.Peeked = buffer.Length;
            if (buffer.Length > most)
            {
                reader.AdvanceTo(buffer.Start);
                return null;
            }

            if (result.IsCompleted)
            {
                var whole = buffer.ToArray();
                reader.AdvanceTo(buffer.Start);
                return whole;
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }
}
