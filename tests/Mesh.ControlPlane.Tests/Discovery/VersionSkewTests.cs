using Mesh.ControlPlane.Discovery;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.ControlPlane.Tests.Store;

namespace Mesh.ControlPlane.Tests.Discovery;

public sealed class VersionSkewTests
{
    [Theory]
    [InlineData("0.3.0", "0.3.7+abcdef", false)]
    [InlineData("0.3.0", "0.2.0", false)]
    [InlineData("0.3.0", "0.4.0-rc.1", false)]
    [InlineData("0.3.0", "0.1.9", true)]
    [InlineData("0.3.0", "0.5.0", true)]
    [InlineData("1.0.0", "0.9.0", true)]
    [InlineData("0.3.0", "", false)]
    [InlineData("0.3.0", "C-core 51.0.0", false)]
    public void IsTooFar_MoreThanOneMinor(string controlPlane, string sidecar, bool expected) => Assert.Equal(expected, VersionSkew.IsTooFar(controlPlane, sidecar));

    [Theory]
    [InlineData("7.0.0", true)]
    [InlineData("0.1.0", false)]
    public async Task Sidecar_TooFarAway_IsServedAndSaid(string version, bool isSaid)
    {
        using var directory = new TemporaryDirectory();
        directory.Write("policies/services.yaml", Documents.All(Documents.Service("storefront", "orders"), Documents.Service("orders")));
        await using var host = await ControlPlaneHost.StartPublishedAsync(ControlPlaneHost.Settings(directory));

        await using var sidecar = await ConnectedSidecar.StartAsync(host, "storefront", version: version);

        await sidecar.Sink.UntilAsync(s => s.Snapshot is not null);
        Assert.Equal(isSaid, host.Logs.Lines.Any(l => l.Id == 2402));
    }
}
