using System.Collections.Immutable;
using System.Security.Cryptography;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Reading;
using Mesh.Hosting.Running;
using Mesh.Laptop.Ports;
using Mesh.Model.Planning;
using Mesh.Model.Topology;
using Microsoft.Extensions.Configuration;

namespace Mesh.Hosting.Applying;

/// <summary>From an app model to a planned mesh with a directory and ports; the model is not changed yet, but for addresses that callbacks asked for.</summary>
internal sealed class MeshPreparation(MeshResource mesh, IConfiguration configuration, IAspireStore store, IDeveloperCertificateService? certificates)
{
    private const int UsualApiPort = 15014;

    private static readonly ServiceId Owner = new("mesh-system", "control-plane");

    // Set by Aspire.Hosting.Testing: fixed ports would clash between tests that run at once.
    private bool IsTest => configuration.GetValue("DcpPublisher:RandomizePorts", false);

    /// <summary>Reads, plans, and says everything that is wrong at once.</summary>
    public async Task<RunningMesh> PrepareAsync(DistributedApplicationModel model, DistributedApplicationExecutionContext execution, CancellationToken cancellationToken)
    {
        var trustDomain = MeshOptionsCheck.Run(mesh);
        var state = OpenState();
        try
        {
            var dashboard = DashboardPorts.Of(configuration);
            var identities = new MeshIdentities(mesh.Options.Namespace);
            var persistent = model.Resources.Where(r => r.IsContainer() && Lifetimes.IsPersistent(r)).Select(identities.Of).ToHashSet();
            var ports = new LaptopPorts(state.Ports, IsTest ? RandomNumberGenerator.GetInt32(int.MaxValue) : LaptopPorts.SeedOf(state.Path), dashboard)
            {
                // The container of the last run still has it, and is another one with another.
                IsHeldByItsOwner = request => request.Purpose == PortPurpose.App && persistent.Contains(request.Service),
            };
            var (grpc, api) = ControlPlanePorts(ports, model, dashboard);
            var certificate = DeveloperCertificate.Provide(certificates, EndpointReader.AnyHttps(model), state);
            var target = PlanningTarget.Laptop with
            {
                TellsAddresses = false,
                // Aspire's addresses are on localhost, which is ::1 first for some and 127.0.0.1 for others.
                Loopback = "localhost",
                FrontDoorAddress = "localhost",
                ServesHttps = certificate is not null,
                ReservedPorts = ImmutableSortedDictionary<int, string>.Empty.Add(grpc, "the port of the control plane's gRPC").Add(api, "the port of the control plane's API"),
            };
            var reader = new AppModelReader(identities, trustDomain, mesh.AppHostName, execution);
            var (reading, plan) = await AppPlanner.PlanAsync(
                reader, model, description => MeshPlanner.Plan(IsTest ? WithoutFixedFrontDoors(description) : description, target, ports.Pick), target.ServesHttps, isStarted: true, cancellationToken);
            ports.Save();
            return new RunningMesh(mesh.Name, trustDomain, reading, plan, state, grpc, api, TimeProvider.System) { ServerCertificate = certificate };
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }

    private MeshState OpenState() => mesh.Options.StateDirectory is { } given
        ? MeshState.Open(Path.GetFullPath(given, mesh.AppHostDirectory))
        : IsTest ? MeshState.Temporary() : MeshState.Open(Path.Combine(store.BasePath, "mesh"));

    private (int Grpc, int Api) ControlPlanePorts(LaptopPorts ports, DistributedApplicationModel model, IReadOnlySet<int> dashboard)
    {
        var taken = model.Resources.SelectMany(r => r.Annotations.OfType<EndpointAnnotation>()).SelectMany(e => new[] { e.Port, e.TargetPort }).OfType<int>().Concat(dashboard).ToHashSet();
        var api = mesh.Options.ApiPort is { } asked && !IsTest ? asked
            : !IsTest && !taken.Contains(UsualApiPort) && LaptopPorts.IsFree(UsualApiPort) ? UsualApiPort
            : ports.Pick(new PortRequest(PortPurpose.Admin, Owner, 0, "api"), taken);
        taken.Add(api);
        return (ports.Pick(new PortRequest(PortPurpose.Admin, Owner, 0, "grpc"), taken), api);
    }

    private static MeshDescription WithoutFixedFrontDoors(MeshDescription description) => description with
    {
        Workloads = [.. description.Workloads.Select(w => w with { Endpoints = [.. w.Endpoints.Select(e => e.SkipReason is null ? e with { FrontDoorPort = null } : e)] })],
    };
}
