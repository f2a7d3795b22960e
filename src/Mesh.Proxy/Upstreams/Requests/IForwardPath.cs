namespace Mesh.Proxy.Upstreams;

/// <summary>How requests travel between Kestrel and an upstream. What replaces an implementation has to pass the conformance tests.</summary>
internal interface IForwardPath
{
    /// <summary>Sends a request.</summary>
    /// <returns>The head of the response; its body is still on its way.</returns>
    Task<UpstreamResponse> SendAsync(OutgoingRequest request, CancellationToken cancellationToken);
}
