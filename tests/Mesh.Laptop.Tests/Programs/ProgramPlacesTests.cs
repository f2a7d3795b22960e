using Mesh.Laptop.Programs;

namespace Mesh.Laptop.Tests.Programs;

public sealed class ProgramPlacesTests
{
    [Fact]
    public void Programs_OfOneFolder_AreTakenNativeFirstAndPortableLast()
    {
        var places = ProgramPlaces.In("tools", "proxy", "mesh-proxy").ToList();

        Assert.Equal(3, places.Count);
        Assert.Equal(Path.Combine("tools", "proxy", OperatingSystem.IsWindows() ? "mesh-proxy.exe" : "mesh-proxy"), places[0]);
        Assert.Matches(@"^tools.(linux|win|osx)-(x64|arm64|x86|arm).mesh-proxy\.dll$", places[1]);
        Assert.Equal(Path.Combine("tools", "proxy", "mesh-proxy.dll"), places[2]);
    }
}
