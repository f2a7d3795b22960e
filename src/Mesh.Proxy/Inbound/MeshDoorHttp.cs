using Mesh.Model.Identity;
using Mesh.Proxy.Downstreams;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Telemetry.Recording;

namespace Mesh.Proxy.Inbound;

/// <summary>Requests of peers: the handshake has told who they are.</summary>
internal sealed class MeshDoorHttp(
    InboundState state, LocalForwarder forwarder, Gatekeeper gatekeeper, SpiffeId self, HopName hop, ProxyMetrics metrics, TrafficRecorder recorder, TimeProvider time, ILogger<MeshDoorHttp> logger)
    : InboundHttp(forwarder, gatekeeper, self, hop, metrics, recorder, time, logger)
{
    /// <inheritdoc />
    protected override HopDirection Direction => HopDirection.Inbound;

    /// <inheritdoc />
    protected override ServedPort? Find(string port) => state.Tables?.MeshByPort.GetValueOrDefault(port);

    /// <inheritdoc />
    protected override (SpiffeId? Caller, Failure? Refusal) Identify(Exchange exchange, ServedPort port) =>
        (exchange.Connection.Verdict.Identity, exchange.Connection.IsExpired ? new Failure(ProxyError.IdentityExpired) : null);
}
