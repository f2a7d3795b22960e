using System.Globalization;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.TestApp;

/// <summary>One unary gRPC method, as it is on the wire: an empty message and a status in the trailers.</summary>
internal static class GrpcAnswers
{
    // A frame: not compressed, no bytes.
    private static readonly byte[] Empty = new byte[5];

    /// <summary>The port in <c>GRPC_PORT</c>, or of an endpoint grpc of <c>mesh up</c>, speaks HTTP/2 alone: without TLS nothing says which version is spoken.</summary>
    public static void Listen(ListenOptions listen)
    {
        if ((Environment.GetEnvironmentVariable("GRPC_PORT") ?? Environment.GetEnvironmentVariable("PORT_GRPC")) is { Length: > 0 } port && listen.IPEndPoint?.Port == int.Parse(port, CultureInfo.InvariantCulture))
        {
            listen.Protocols = HttpProtocols.Http2;
        }
    }

    public static void MapGrpcAnswers(this WebApplication app) => app.MapPost("/test.Answers/Nothing", async (HttpRequest request, HttpResponse response, CancellationToken ended) =>
    {
        await request.Body.CopyToAsync(Stream.Null, ended);
        response.ContentType = "application/grpc";
        response.DeclareTrailer("grpc-status");
        await response.Body.WriteAsync(Empty, ended);
        response.AppendTrailer("grpc-status", "0");
    });
}
