using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Mesh.Model.Bootstrap;

namespace Mesh.Proxy.Telemetry.AccessLogs;

/// <summary>Hands batches of log records to a collector, by either of OTLP's protocols: https://opentelemetry.io/docs/specs/otlp.</summary>
internal sealed class OtlpClient(TelemetryBootstrap telemetry) : IDisposable
{
    // Milliseconds; OTEL_EXPORTER_OTLP_TIMEOUT's default.
    private const int Patience = 10_000;

    // A flag and the length stand before a message of gRPC.
    private const int GrpcPrefix = 5;
    private const string GrpcMethod = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
    private const string Trailer = "grpc-status";

    private readonly HttpClient _client = OtlpExport.Client(telemetry, Patience);
    private readonly bool _isGrpc = telemetry.IsGrpc;
    private readonly Uri _address = telemetry.IsGrpc ? new(telemetry.Endpoint.TrimEnd('/') + GrpcMethod) : telemetry.UrlOf("logs");

    /// <summary>Bytes that a request has to leave free in front.</summary>
    public int Prefix => _isGrpc ? GrpcPrefix : 0;

    /// <summary>Sends a batch.</summary>
    /// <param name="batch">The request, after <see cref="Prefix"/> bytes.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<OtlpAnswer> SendAsync(byte[] batch, CancellationToken cancellationToken)
    {
        if (_isGrpc)
        {
            BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(1), batch.Length - GrpcPrefix);
        }

        try
        {
            using var request = Request(batch);
            using var response = await _client.SendAsync(request, cancellationToken);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return _isGrpc ? OfGrpc(response, body) : OfHttp(response, body);
        }
        catch (HttpRequestException e)
        {
            return new(e.InnerException?.Message ?? e.Message, MayPass: true);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new("no answer within 10 s", MayPass: true);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _client.Dispose();

    private HttpRequestMessage Request(byte[] batch)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, _address) { Content = new ByteArrayContent(batch) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(_isGrpc ? "application/grpc" : "application/x-protobuf");
        if (_isGrpc)
        {
            request.Version = HttpVersion.Version20;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
            request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        }

        return request;
    }

    private static OtlpAnswer OfHttp(HttpResponseMessage response, byte[] body) => response.IsSuccessStatusCode
        ? new(null, Rejected: Rejected(body))
        : new($"status {(int)response.StatusCode}", response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout);

    private static OtlpAnswer OfGrpc(HttpResponseMessage response, byte[] body)
    {
        if (!response.IsSuccessStatusCode)
        {
            return new($"status {(int)response.StatusCode}", MayPass: true);
        }

        var status = response.TrailingHeaders.TryGetValues(Trailer, out var values) || response.Headers.TryGetValues(Trailer, out values) ? values.First() : "none";

        // CANCELLED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS: what OTLP lets clients send again.
        return status == "0" ? new(null, Rejected: body.Length > GrpcPrefix ? Rejected(body.AsSpan(GrpcPrefix)) : 0) : new($"gRPC status {status}", status is "1" or "4" or "8" or "10" or "11" or "14" or "15");
    }

    // ExportLogsServiceResponse.partial_success, ExportLogsPartialSuccess.rejected_log_records.
    private static int Rejected(ReadOnlySpan<byte> body)
    {
        try
        {
            using var response = new CodedInputStream(body.ToArray());
            while (response.ReadTag() is not 0 and var tag)
            {
                if (tag == ((1 << 3) | 2))
                {
                    using var partial = response.ReadBytes().CreateCodedInput();
                    while (partial.ReadTag() is not 0 and var field)
                    {
                        if (field == 1 << 3)
                        {
                            return (int)Math.Clamp(partial.ReadInt64(), 0, int.MaxValue);
                        }

                        partial.SkipLastField();
                    }
                }
                else
                {
                    response.SkipLastField();
                }
            }
        }
        catch (InvalidProtocolBufferException)
        {
            // It said that it took them.
        }

        return 0;
    }
}
