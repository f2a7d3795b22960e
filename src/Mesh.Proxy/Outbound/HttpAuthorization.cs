using System.Buffers;
using System.Collections.Frozen;
using System.IO.Pipelines;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Policies.Routing;
using Mesh.Proxy.Upstreams;
using Microsoft.Extensions.Primitives;

namespace Mesh.Proxy.Outbound;

/// <summary>Asking over HTTP (Gateway API's ExternalAuth with protocol HTTP): the request's method, path and some headers; 200 is yes, what is not 5xx is no, in the answer's own words.</summary>
internal static class HttpAuthorization
{
    // Of the answer itself, and of who calls whom: none of it belongs to the request that goes on.
    private static readonly FrozenSet<string> OwnHeaders = FrozenSet.ToFrozenSet(
        ["Host", "Content-Length", "Content-Type", "Content-Encoding", "Date", "Server", "Set-Cookie", "Trailer", "Vary", "Cache-Control", ErrorResponse.Header, IdentityHeaders.ForwardedClientCert],
        StringComparer.OrdinalIgnoreCase);

    public static AuthorizationQuestion Question(RouteAuthorization asked, OutboundCluster cluster, HttpContext context, ReadOnlyMemory<byte> body)
    {
        var answer = new MemoryStream();
        var incoming = context.Request;
        var request = DetachedRequest.Create(
            incoming.Method, cluster.ExternalAuthority is { } external ? new StringValues(external) : incoming.Headers.Host,
            body.IsEmpty ? null : PipeReader.Create(new ReadOnlySequence<byte>(body)), new BoundedSink(AuthorizationQuestion.MaxAnswer));
        var headers = request.Request.Headers;
        if (incoming.Headers.Authorization.Count > 0)
        {
            headers.Authorization = incoming.Headers.Authorization;
        }

        foreach (var name in asked.RequestHeaders)
        {
            if (incoming.Headers.TryGetValue(name, out var values) && !HopHeaders.Contains(name))
            {
                headers[name] = values;
            }
        }

        headers.ContentLength = body.Length > 0 || incoming.Method is not ("GET" or "HEAD") ? body.Length : null;
        return new(request, body.Length, answer);
    }

    /// <returns><see langword="null"/>: it is no answer.</returns>
    public static async ValueTask<AuthorizationAnswer?> ReadAsync(
        RouteAuthorization asked, UpstreamResponse response, AuthorizationQuestion question, HttpContext context, HopName hop, string? policy, RouteEffects? effects, CancellationToken cancellationToken)
    {
        if (response.Status >= 500)
        {
            return null;
        }

        if (response.Status == StatusCodes.Status200OK)
        {
            var own = question.Request;
            response.CopyHeadTo(own.Response);
            await response.CopyBodyToAsync(own, cancellationToken);
            foreach (var (name, values) in own.Response.Headers)
            {
                if (asked.ResponseHeaders.IsEmpty ? !OwnHeaders.Contains(name) && !GuardedHeaders.Contains(name) : asked.ResponseHeaders.Contains(name, StringComparer.OrdinalIgnoreCase) && !IsFrame(name))
                {
                    context.Request.Headers[name] = values;
                }
            }

            return AuthorizationAnswer.Pass;
        }

        var refusal = new Failure(ProxyError.AuthorizationDenied, policy, $"{asked.Cluster} refused it with {response.Status}", response.Status, GrpcStatus(response.Status));
        if (ErrorResponse.IsGrpc(context.Request))
        {
            return new() { Failure = refusal };
        }

        response.CopyHeadTo(context.Response);
        context.Response.Headers[ErrorResponse.Header] = ErrorResponse.HeaderValue(refusal, hop);
        effects?.Apply(context.Response.Headers);
        try
        {
            await response.CopyBodyToAsync(context, cancellationToken);
            return new() { IsAnswered = true };
        }
        catch (Exception e) when (!context.RequestAborted.IsCancellationRequested && e is HttpRequestException or IOException or OperationCanceledException or InvalidOperationException)
        {
            // It has said no, whatever becomes of its reasons; where the caller has some of them already, it must not take them for all.
            return new() { Failure = refusal };
        }
    }

    /// <summary>Whether a header says where a message ends or who is called: never an answer's to say.</summary>
    public static bool IsFrame(string name) =>
        HopHeaders.Contains(name) || name.Equals("Host", StringComparison.OrdinalIgnoreCase) || name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) || name.Equals("Trailer", StringComparison.OrdinalIgnoreCase);

    /// <summary>The gRPC status of a refusal, https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md</summary>
    public static int GrpcStatus(int status) => status switch
    {
        400 => 13,
        401 => 16,
        403 => 7,
        404 => 12,
        429 => 14,
        _ => 2,
    };
}
