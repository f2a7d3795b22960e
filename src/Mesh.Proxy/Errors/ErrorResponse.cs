using System.Globalization;
using System.Text;
using Mesh.Model.Snapshots;
using Microsoft.AspNetCore.Http.Features;

namespace Mesh.Proxy.Errors;

/// <summary>Writes an error of the mesh as the response: status, <c>mesh-error</c> header and a body that says what to do; for gRPC as trailers only.</summary>
internal static class ErrorResponse
{
    /// <summary>The header that marks an answer as the mesh's own.</summary>
    public const string Header = "mesh-error";

    /// <summary>The header that takes the place of details at published front doors.</summary>
    public const string RequestIdHeader = "mesh-request-id";

    /// <summary>Answers, or breaks the response off where it has already begun.</summary>
    /// <param name="context">The request.</param>
    /// <param name="failure">What happened.</param>
    /// <param name="hop">This proxy.</param>
    /// <param name="toOutsider">Whether the caller came through a front door.</param>
    /// <returns>The status that the caller sees; 0 when the response had already begun, or there is none.</returns>
    public static async ValueTask<int> WriteAsync(HttpContext context, Failure failure, HopName hop, bool toOutsider)
    {
        var response = context.Response;
        if (response.HasStarted || failure.BreaksOff)
        {
            Break(context);
            return 0;
        }

        var isBare = toOutsider && hop.IsPublished;
        var entry = failure.Entry;
        var status = failure.Status ?? entry.Status;
        response.Headers.Clear();
        Apply(failure.Headers, response.Headers);
        response.Headers[Header] = isBare ? entry.Code : HeaderValue(failure, hop);
        if (isBare)
        {
            response.Headers[RequestIdHeader] = context.TraceIdentifier;
        }

        if (failure.Error is ProxyError.BadRequest or ProxyError.AmbiguousPath && !HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            // Who writes one request that could be read in two ways gets no second one read on the same connection.
            response.Headers.Connection = "close";
        }

        if (status == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = failure.Error == ProxyError.TokenInvalid ? "Bearer error=\"invalid_token\"" : "Bearer"; // RFC 6750, section 3
        }

        if (IsGrpc(context.Request))
        {
            response.StatusCode = 200;
            response.ContentType = "application/grpc";
            response.Headers["grpc-status"] = (failure.GrpcStatus ?? entry.GrpcStatus).ToString(CultureInfo.InvariantCulture);
            response.Headers["grpc-message"] = PercentEncode(isBare ? entry.Code : Sentence(failure, hop));
            await response.CompleteAsync();
            return status;
        }

        response.StatusCode = status;
        response.ContentType = "text/plain; charset=utf-8";
        var body = isBare ? Encoding.UTF8.GetBytes($"{entry.Code}\n") : Encoding.UTF8.GetBytes($"{Sentence(failure, hop)}\n");
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.BodyWriter.WriteAsync(body, CancellationToken.None);
        }

        await response.CompleteAsync();
        return status;
    }

    /// <summary>Breaks a response off so that the caller cannot take it for whole.</summary>
    public static void Break(HttpContext context)
    {
        // HTTP/2 says so on the stream alone; HTTP/1.1 has no other way than the connection.
        if (context.Features.Get<IHttpResetFeature>() is { } reset)
        {
            const int internalError = 2; // RFC 9113, section 7
            reset.Reset(internalError);
        }
        else
        {
            context.Abort();
        }
    }

    /// <summary>Whether a request speaks gRPC.</summary>
    public static bool IsGrpc(HttpRequest request) =>
        request.Headers.ContentType is [{ } type, ..] && type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase)
        && !type.StartsWith("application/grpc-web", StringComparison.OrdinalIgnoreCase);

    /// <summary>What the header says of a failure.</summary>
    internal static string HeaderValue(Failure failure, HopName hop)
    {
        var value = $"{failure.Entry.Code}; hop={hop.Replica}";
        return failure.Policy is null ? value : $"{value}; policy={AsciiOnly(failure.Policy)}";
    }

    private static void Apply(HeaderModification change, IHeaderDictionary headers)
    {
        foreach (var (name, value) in change.Set)
        {
            headers[name] = value;
        }

        foreach (var (name, value) in change.Add)
        {
            headers.Append(name, value);
        }
    }

    private static string Sentence(Failure failure, HopName hop)
    {
        var entry = failure.Entry;
        var text = new StringBuilder($"mesh: {entry.Code} at {hop.Replica} of {hop.ServiceText}");
        if (failure.Detail is { } detail)
        {
            text.Append(": ").Append(detail.TrimEnd('.'));
        }

        text.Append(". ").Append(entry.Cure);
        if (failure.Policy is { } policy)
        {
            text.Append(" Decided by ").Append(policy).Append('.');
        }

        return text.ToString();
    }

    // Origins of edges hold an arrow, which a header cannot.
    private static string AsciiOnly(string text)
    {
        text = text.Replace("→", "->", StringComparison.Ordinal);
        return string.Create(text.Length, text, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = source[i] is >= ' ' and <= '~' and not ';' ? source[i] : '?';
            }
        });
    }

    // https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, "Responses": printable ASCII but '%' stays.
    private static string PercentEncode(string text)
    {
        var encoded = new StringBuilder(text.Length);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (b is >= 0x20 and <= 0x7E and not (byte)'%')
            {
                encoded.Append((char)b);
            }
            else
            {
                encoded.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
            }
        }

        return encoded.ToString();
    }
}
