using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Tests.Models;

namespace Mesh.Hosting.Tests.Applying;

/// <summary>Whose certificates a sidecar accepts beside the mesh's.</summary>
public sealed class SidecarTrustTests
{
    [Theory]
    [InlineData("http", CertificateTrustScope.Override)]
    [InlineData("tcp", CertificateTrustScope.Override)]
    [InlineData("https", null)] // the app may show any certificate that the machine trusts
    public async Task Sidecar_OfAnAppThatShowsNoCertificate_DoesWithoutTheMachinesRoots(string scheme, CertificateTrustScope? expected)
    {
        await using var app = await PlannedApp.CreateAsync(builder => builder.AddExecutable("orders", "orders", ".").WithEndpoint(scheme: scheme, name: "api"));

        var sidecar = app.Model.Resources.OfType<MeshResource>().Single().Sidecars.Single();

        Assert.Equal(expected, sidecar.Annotations.OfType<CertificateAuthorityCollectionAnnotation>().SingleOrDefault()?.Scope);
    }
}
