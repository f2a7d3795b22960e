using Mesh.Model.Identity;
using Mesh.Proxy.Downstreams;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Identity;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Telemetry.Recording;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Inbound;

/// <summary>Requests of those outside the mesh: people, probes, and processes that have no sidecar.</summary>
internal sealed class FrontDoorHttp(
    InboundState state,
    IFrontDoorGuard guard,
    LocalForwarder forwarder,
    Gatekeeper gatekeeper,
    SpiffeId self,
    HopName hop,
    ProxyMetrics metrics,
    TrafficRecorder recorder,
    TimeProvider time,
    ILogger<FrontDoorHttp> logger)
    : InboundHttp(forwarder, gatekeeper, self, hop, metrics, recorder, time, logger)
{
    /// <inheritdoc />
    protected override HopDirection Direction => HopDirection.FrontDoor;

    /// <inheritdoc />
    protected override ServedPort? Find(string port) => state.Tables?.FrontByPort.GetValueOrDefault(port);

    /// <inheritdoc />
    protected override (SpiffeId? Caller, Failure? Refusal) Identify(Exchange exchange, ServedPort port)
    {
        var request = exchange.Context.Request;
        var verdict = guard.Judge(exchange.Connection.Verdict, request.Method, request.Headers);
        if (verdict.IsRefused)
        {
            return (null, new Failure(ProxyError.FrontDoorRefused, Detail: verdict.Refusal));
        }

        return verdict.Identity is null && !port.TakesStrangers
            ? (null, new Failure(ProxyError.PermissionDenied, Detail: $"{port.Callee} is not for callers without an identity; a Tls policy of mode Permissive opens it to them"))
            : (verdict.Identity, null);
    }

    /// <inheritdoc />
    protected override void Prepare(Exchange exchange)
    {
        var headers = exchange.Context.Request.Headers;
        TakeAway(headers);
        headers["X-Forwarded-For"] = exchange.Connection.Address;
        headers["X-Forwarded-Proto"] = exchange.Connection.IsSecure ? "https" : "http";
        headers["X-Forwarded-Host"] = headers.Host;
    }

    // Never trusted from outside. All that begins so, for apps believe gateways more than an address: who the user is (oauth2-proxy), or under which path they are found (ASP.NET Core).
    private static void TakeAway(IHeaderDictionary headers)
    {
        headers.Remove("Forwarded");
        List<string>? said = null;
        foreach (var (name, _) in headers)
        {
            if (GuardedHeaders.IsForwarded(name))
            {
                (said ??= []).Add(name);
            }
        }

        said?.ForEach(name => headers.Remove(name));
    }
}
