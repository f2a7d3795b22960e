using Microsoft.AspNetCore.Http.Features;

namespace Mesh.Proxy.Policies.Fault;

/// <summary>A request whose upgraded connection a fault slows down or cuts, on the way to the caller: WebSockets over HTTP/1.1 and HTTP/2.</summary>
internal sealed class FaultedUpgrade(HttpContext context, ResponseFlow flow) : IHttpUpgradeFeature, IHttpExtendedConnectFeature
{
    private readonly IHttpUpgradeFeature? _upgrade = context.Features.Get<IHttpUpgradeFeature>();
    private readonly IHttpExtendedConnectFeature? _connect = context.Features.Get<IHttpExtendedConnectFeature>();

    /// <inheritdoc />
    public bool IsUpgradableRequest => _upgrade?.IsUpgradableRequest == true;

    /// <inheritdoc />
    public bool IsExtendedConnect => _connect?.IsExtendedConnect == true;

    /// <inheritdoc />
    public string? Protocol => _connect?.Protocol;

    /// <summary>Puts one in place.</summary>
    public static void Attach(HttpContext context, ResponseFlow flow)
    {
        var faulted = new FaultedUpgrade(context, flow);
        if (faulted._upgrade is not null)
        {
            context.Features.Set<IHttpUpgradeFeature>(faulted);
        }

        if (faulted._connect is not null)
        {
            context.Features.Set<IHttpExtendedConnectFeature>(faulted);
        }
    }

    /// <inheritdoc />
    public async Task<Stream> UpgradeAsync() => new FaultedStream(await _upgrade!.UpgradeAsync(), flow, context);

    /// <inheritdoc />
    public async ValueTask<Stream> AcceptAsync() => new FaultedStream(await _connect!.AcceptAsync(), flow, context);
}
