using System.Buffers.Binary;
using System.Net;
using System.Text;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.HealthCheck;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Outbound;

/// <summary>The call of grpc.health.v1.Health/Check (https://github.com/grpc/grpc/blob/master/doc/health-checking.md), by hand: two messages of one field.</summary>
internal static class GrpcHealth
{
    private const int Head = 5; // not compressed, and the length in four bytes
    private const byte FirstFieldText = 0x0A;
    private const byte FirstFieldNumber = 0x08;
    private const int Serving = 1;

    /// <summary>The call.</summary>
    public static HttpRequestMessage Request(string origin, HealthCheck check, string host)
    {
        var name = Encoding.UTF8.GetBytes(check.ServiceName);

        // At most 255 characters: the length has one byte, or two.
        byte[] message = name.Length == 0 ? [] : name.Length < 128 ? [FirstFieldText, (byte)name.Length, .. name] : [FirstFieldText, (byte)(name.Length | 0x80), (byte)(name.Length >> 7), .. name];
        var body = new byte[Head + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(1), message.Length);
        message.CopyTo(body, Head);
        var request = new HttpRequestMessage(HttpMethod.Post, origin + ProbeMark.GrpcMethod)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new("application/grpc");
        request.Headers.TryAddWithoutValidation("TE", "trailers");
        request.Headers.Host = check.Authority.Length > 0 ? check.Authority : host;
        return request;
    }

    /// <summary>What is answered.</summary>
    public static async Task<CheckResult> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return new(CheckVerdict.Unwell, $"it answered {(int)response.StatusCode}");
        }

        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var status = Status(response);
        if (status != "0")
        {
            return new(CheckVerdict.Unwell, status == "12" ? "it does not implement grpc.health.v1.Health" : $"it answered with gRPC status {status}");
        }

        return body.Length >= Head + 2 && body[Head] == FirstFieldNumber && body[Head + 1] == Serving
            ? new(CheckVerdict.Well)
            : new(CheckVerdict.Unwell, "it says that it is not serving");
    }

    private static string Status(HttpResponseMessage response) =>
        response.TrailingHeaders.NonValidated.TryGetValues("grpc-status", out var values) || response.Headers.NonValidated.TryGetValues("grpc-status", out values) ? values.ToString() : "none";
}
