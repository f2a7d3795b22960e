using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Dashboard;

namespace Mesh.Hosting.Tests.Dashboard;

public sealed class MeshPropertiesTests
{
    [Fact]
    public void Set_KnownAndNewNames_ReplacesInPlaceAndAppends()
    {
        var properties = MeshProperties.Set([new("a", 1), new("b", 2)], [new("c", 3), new("a", 4)]);

        Assert.Equal([new("a", 4), new("b", 2), new("c", 3)], properties.Select(p => new ResourcePropertySnapshot(p.Name, p.Value)));
    }

    [Fact]
    public void Of_ASidecarWhoseControlPlaneIsGone_SaysThatItIsTheLastKnown()
    {
        var sidecar = SidecarStatus.Unknown with { State = "ready", IsCurrent = true };

        var properties = MeshProperties.Of(sidecar, MeshStatus.None with { Error = "nobody answers" }).ToDictionary(p => p.Name, p => (string)p.Value!);

        Assert.Equal("ready (last known: nobody answers)", properties["mesh.state"]);
        Assert.Equal("none", properties["mesh.errors"]);
    }
}
