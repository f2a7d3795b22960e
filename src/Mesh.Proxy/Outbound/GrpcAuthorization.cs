using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using Envoy.Config.Core.V3;
using Envoy.Service.Auth.V3;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Requests;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Policies.Routing;
using Mesh.Proxy.Upstreams;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using static Envoy.Config.Core.V3.HeaderValueOption.Types;
using static Envoy.Service.Auth.V3.AttributeContext.Types;

namespace Mesh.Proxy.Outbound;

/// <summary>Asking over gRPC: Envoy's <c>envoy.service.auth.v3.Authorization/Check</c>.</summary>
internal static class GrpcAuthorization
{
    /// <summary>The path of the call.</summary>
    public const string Method = "/envoy.service.auth.v3.Authorization/Check";

    // One octet that says "not compressed", four for the length.
    private const int Prefix = 5;

    public static AuthorizationQuestion Question(
        RouteAuthorization asked, OutboundCluster cluster, HttpContext context, HopName hop, RequestTarget target, string callee, ReadOnlyMemory<byte> body, TimeProvider time)
    {
        var message = Check(asked, context, hop, target, callee, body, time);
        var octets = new byte[Prefix + message.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(octets.AsSpan(1), octets.Length - Prefix);
        message.WriteTo(octets.AsSpan(Prefix));
        var answer = new MemoryStream();
        var host = cluster.ExternalAuthority ?? cluster.Cluster.ServerName;
        var request = DetachedRequest.Create("POST", host, PipeReader.Create(new ReadOnlySequence<byte>(octets)), new BoundedSink(AuthorizationQuestion.MaxAnswer, answer));
        request.Request.ContentType = "application/grpc";
        request.Request.Headers.TE = "trailers";
        request.Request.ContentLength = octets.Length;
        return new(request, octets.Length, answer);
    }

    /// <returns><see langword="null"/>: it is no answer.</returns>
    public static async ValueTask<AuthorizationAnswer?> ReadAsync(
        UpstreamResponse response, AuthorizationQuestion question, HttpContext context, HopName hop, string? policy, RouteEffects? effects, CancellationToken cancellationToken)
    {
        response.CopyHeadTo(question.Request.Response);
        await response.CopyBodyToAsync(question.Request, cancellationToken);
        var trailers = question.Request.Features.Get<IHttpResponseTrailersFeature>()!.Trailers;
        var octets = question.Answer.GetBuffer().AsSpan(0, (int)question.Answer.Length);
        if (response.Status != 200 || trailers["grpc-status"] is not ["0"] || octets.Length < Prefix || octets[0] != 0 || BinaryPrimitives.ReadInt32BigEndian(octets[1..]) != octets.Length - Prefix)
        {
            return null;
        }

        var check = CheckResponse.Parser.ParseFrom(octets[Prefix..]);
        return check.Status is null or { Code: 0 } ? Allow(check.OkResponse, context) : await DenyAsync(check, context, hop, policy, effects);
    }

    private static CheckRequest Check(RouteAuthorization asked, HttpContext context, HopName hop, RequestTarget target, string callee, ReadOnlyMemory<byte> body, TimeProvider time)
    {
        var incoming = context.Request;
        var http = new AttributeContext.Types.HttpRequest
        {
            Id = incoming.Headers.TraceParent.ToString(),
            Method = incoming.Method,
            Path = target.ToString(),
            Host = incoming.Headers.Host.ToString(),
            Scheme = "http",
            Size = incoming.ContentLength ?? -1,
            Protocol = incoming.Protocol,
            RawBody = ByteString.CopyFrom(body.Span),
        };
        foreach (var (name, values) in incoming.Headers)
        {
            if (name[0] != ':' && (asked.RequestHeaders.IsEmpty || asked.RequestHeaders.Contains(name, StringComparer.OrdinalIgnoreCase)))
            {
                http.Headers[name.ToLowerInvariant()] = values.ToString();
            }
        }

        return new()
        {
            Attributes = new()
            {
                Source = new Peer { Service = hop.ServiceText },
                Destination = new Peer { Service = callee },
                Request = new Request { Time = Timestamp.FromDateTimeOffset(time.GetUtcNow()), Http = http },
            },
        };
    }

    private static AuthorizationAnswer Allow(OkHttpResponse? ok, HttpContext context)
    {
        if (ok is null)
        {
            return AuthorizationAnswer.Pass;
        }

        foreach (var name in ok.HeadersToRemove)
        {
            if (!HttpAuthorization.IsFrame(name))
            {
                context.Request.Headers.Remove(name);
            }
        }

        foreach (var option in ok.Headers)
        {
            Set(context.Request.Headers, option);
        }

        return new() { ResponseHeaders = [.. ok.ResponseHeadersToAdd.Where(IsSound).Select(option => KeyValuePair.Create(option.Header.Key, option.Header.Value))] };
    }

    private static async ValueTask<AuthorizationAnswer> DenyAsync(CheckResponse check, HttpContext context, HopName hop, string? policy, RouteEffects? effects)
    {
        var denied = check.DeniedResponse;
        var status = denied?.Status is { } said && (int)said.Code is >= 200 and < 600 ? (int)said.Code : StatusCodes.Status403Forbidden;
        var refusal = new Failure(ProxyError.AuthorizationDenied, policy, check.Status.Message.Length > 0 ? check.Status.Message : null, status, HttpAuthorization.GrpcStatus(status));
        if (denied is null || ErrorResponse.IsGrpc(context.Request))
        {
            return new() { Failure = refusal };
        }

        var response = context.Response;
        response.StatusCode = status;
        foreach (var option in denied.Headers)
        {
            // Each cookie is a header of its own, as in Envoy.
            if (option.Header is { } header && header.Key.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase) && IsSound(option))
            {
                response.Headers.Append("Set-Cookie", header.Value);
            }
            else
            {
                Set(response.Headers, option);
            }
        }

        response.Headers[ErrorResponse.Header] = ErrorResponse.HeaderValue(refusal, hop);
        effects?.Apply(response.Headers);
        var body = Encoding.UTF8.GetBytes(denied.Body);
        if (status is not (204 or 304))
        {
            response.ContentLength = body.Length;
            if (!HttpMethods.IsHead(context.Request.Method))
            {
                await response.BodyWriter.WriteAsync(body, context.RequestAborted);
            }
        }

        await response.CompleteAsync();
        return new() { IsAnswered = true };
    }

    // Envoy sets what these services send unless they say otherwise, so the first action, which stands for silence too, sets.
    private static void Set(IHeaderDictionary headers, HeaderValueOption option)
    {
        if (!IsSound(option))
        {
            return;
        }

        var name = option.Header.Key;
        var isThere = headers.ContainsKey(name);
        var isMeant = option.AppendAction switch
        {
            HeaderAppendAction.AddIfAbsent => !isThere,
            HeaderAppendAction.OverwriteIfExists => isThere,
            _ => true,
        };
        if (isMeant)
        {
            headers[name] = new StringValues(option.Header.Value);
        }
    }

    private static bool IsSound(HeaderValueOption option) =>
        option.Header is { } header && FieldText.IsName(header.Key) && FieldText.IsValue(header.Value) && !HttpAuthorization.IsFrame(header.Key) && !HopHeaders.IsReserved(header.Key);
}
