using System.Collections.Immutable;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Reading;
using Mesh.Hosting.Running;
using Mesh.Model.Identity;
using Mesh.Model.Planning;
using Mesh.Model.Topology;
using Mesh.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Hosting.Tests.Running;

/// <summary>A mesh whose control plane is not there.</summary>
public sealed class RunningMeshTests
{
    // Nobody listens at the first port of all.
    private const int Nobodys = 1;

    [Fact]
    public async Task UntilReady_ControlPlaneThatNeverAnswers_IsGivenUpAfterAMinuteWithTheCure()
    {
        using var folder = new TemporaryFolder();
        var time = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.FromSeconds(61) };
        var trustDomain = TrustDomain.Parse("shop.local");
        var reading = new AppReading
        {
            Description = new MeshDescription { TrustDomain = trustDomain, Workloads = [] },
            Workloads = ImmutableDictionary<ServiceId, IResourceWithEndpoints>.Empty,
            Endpoints = ImmutableDictionary<PortRef, EndpointAnnotation>.Empty,
        };
        using var running = new RunningMesh("mesh", trustDomain, reading, new MeshPlan(), MeshState.Open(folder.Path), Nobodys, Nobodys, time);

        var error = await Assert.ThrowsAsync<DistributedApplicationException>(() => running.UntilReadyAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));

        Assert.StartsWith("MESH009: the control plane 'mesh' did not get ready, so sidecars have no identity: nobody answered at http://127.0.0.1:1 for 60 s. Its log says why;", error.Message, StringComparison.Ordinal);
    }
}
