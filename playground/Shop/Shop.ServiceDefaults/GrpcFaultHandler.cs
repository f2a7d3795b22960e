using System.Net;

namespace Shop.ServiceDefaults;

/// <summary>
/// Keeps what an answer says that did not come from the gRPC service itself: the gRPC client throws such a body away
/// and reports "Bad gRPC response".
/// </summary>
public sealed class GrpcFaultHandler(string service) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        var meshError = UpstreamFault.MeshErrorOf(response);
        if (response.StatusCode == HttpStatusCode.OK && meshError is null)
        {
            return response;
        }

        using (response)
        {
            throw new UpstreamFaultException(response.Headers.TryGetValues("grpc-message", out var message)
                ? new(service, (int)response.StatusCode, meshError, Uri.UnescapeDataString(string.Concat(message)))
                : await UpstreamFault.FromAsync(service, response, cancellationToken));
        }
    }
}
