using Mesh.ControlPlane.Authority;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.ControlPlane.Tests.Store;
using Mesh.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.ControlPlane.Tests.Authority;

/// <summary>A discovery stream is one call for days: it ends with what its certificate is worth.</summary>
public sealed class PeerConnectionTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private ControlPlaneHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _directory.Write("policies/services.yaml", Documents.Service("orders"));
        _host = await ControlPlaneHost.StartAsync(ControlPlaneHost.Settings(_directory), _time);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Sidecar_WhoseCertificateExpiresWhileItIsConnected_IsServedNoLonger()
    {
        await using var orders = await ConnectedAsync();
        _time.Advance(TimeSpan.FromMinutes(50));
        Assert.DoesNotContain(_host.Logs.Lines, l => l.Id == 2140);

        _time.Advance(TimeSpan.FromMinutes(11));

        await IsServedNoLongerAsync(orders);
    }

    [Fact]
    public async Task Sidecar_WhoseRootIsRetiredWhileItIsConnected_IsServedNoLonger()
    {
        await using var orders = await ConnectedAsync();
        var authority = _host.Services.GetRequiredService<OwnAuthority>();
        await authority.AddRootAsync(TestContext.Current.CancellationToken);
        await authority.SwitchSignerAsync(force: true, TestContext.Current.CancellationToken);
        _time.Advance(PeerConnections.Period);
        Assert.DoesNotContain(_host.Logs.Lines, l => l.Id == 2140);

        await authority.RetireRootAsync(force: true, TestContext.Current.CancellationToken);
        _time.Advance(PeerConnections.Period);

        await IsServedNoLongerAsync(orders);
    }

    private async Task<ConnectedSidecar> ConnectedAsync()
    {
        var orders = await ConnectedSidecar.StartAsync(_host, "orders");
        await Eventually.IsAsync(() => orders.Client!.Status.Connected, "connected");
        return orders;
    }

    // It comes back at once, and is refused.
    private async Task IsServedNoLongerAsync(ConnectedSidecar sidecar)
    {
        await Eventually.IsAsync(() => _host.Logs.Lines.Any(l => l.Id == 2140), "its connection ended");
        await Eventually.IsAsync(() => _host.Logs.Lines.Any(l => l.Id == 2401) && !sidecar.Client!.Status.Connected, "refused when it comes back");
    }
}
