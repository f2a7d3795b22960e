using Mesh.Kubernetes.Installation;
using Mesh.Testing;

namespace Mesh.Kubernetes.Tests.Installation;

/// <summary>What pods start is where the image has it. The image itself is built only where there is a container engine.</summary>
public sealed class ImageTests
{
    private static readonly string Dockerfile = File.ReadAllText(Checkout.PathTo("Dockerfile"));

    [Theory]
    [InlineData(ImageSettings.Proxy, "src/Mesh.Proxy")]
    [InlineData(ImageSettings.ControlPlane, "src/Mesh.ControlPlane")]
    public void Program_IsPublishedToTheFolderThatPodsStartItFrom(string program, string project) =>
        Assert.Matches($@"dotnet publish {project} .*-o {Path.GetDirectoryName(program)!.Replace('\\', '/')}[ \n]", Dockerfile);

    [Fact]
    public void VolumeOfTheControlPlane_BelongsToItsUser() =>
        Assert.Contains($" --chown={ImageSettings.User}:{ImageSettings.User} /state/mesh /var/lib/mesh\n", Dockerfile, StringComparison.Ordinal);

    [Fact]
    public void User_IsThatOfThePods() => Assert.Contains($"\nUSER {ImageSettings.User}:{ImageSettings.User}\n", Dockerfile, StringComparison.Ordinal);
}
