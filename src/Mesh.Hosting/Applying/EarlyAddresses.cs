using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Reading;
using Mesh.Model.Planning;
using Mesh.Model.Topology;

namespace Mesh.Hosting.Applying;

/// <summary>
/// Gives endpoints the addresses of their planned front doors before Aspire gives out any: nobody ever sees the app's own, whoever looks first, and a callback that asks for
/// an address gets an answer. Aspire's orchestrator leaves an endpoint alone that has an address.
/// </summary>
internal static class EarlyAddresses
{
    /// <summary>Gives them out.</summary>
    /// <param name="reading">The app.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="servesHttps">Whether sidecars have a certificate for https.</param>
    /// <returns>What was given out.</returns>
    public static FrontDoorAddresses GiveOut(AppReading reading, MeshPlan plan, bool servesHttps)
    {
        var byPort = ImmutableDictionary.CreateBuilder<int, EndpointReference>();
        foreach (var (workload, port, endpoint) in Known(reading, plan))
        {
            var frontDoor = EndpointMover.PortOf(workload.Replicas[0].FrontDoor(port.Name)!);
            var spoken = EndpointMover.AsSpoken(endpoint, port.Protocol == AppProtocol.Https && !servesHttps);
            endpoint.AllocatedEndpoint = new AllocatedEndpoint(spoken, endpoint.TargetHost, frontDoor, EndpointBindingMode.SingleAddress, targetPortExpression: null, endpoint.DefaultNetworkID);
            byPort[frontDoor] = new EndpointReference(reading.Workloads[workload.Service.Id], endpoint);
        }

        return new FrontDoorAddresses(byPort.ToImmutable());
    }

    /// <summary>Takes them back: the app was only looked at, and the addresses were made up.</summary>
    public static void TakeBack(AppReading reading, MeshPlan plan)
    {
        foreach (var (_, _, endpoint) in Known(reading, plan))
        {
            endpoint.AllocatedEndpoint = null;
        }
    }

    // Replicas are told their ports by an expression that only the orchestrator knows, and a host of the user's choice is shown as the orchestrator shows it.
    private static IEnumerable<(PlannedWorkload Workload, ServicePort Port, EndpointAnnotation Endpoint)> Known(AppReading reading, MeshPlan plan) =>
        from workload in plan.Workloads
        where workload.Replicas.Length == 1
        from port in workload.Service.Ports
        let endpoint = reading.Endpoints[new PortRef(workload.Service.Id, port.Name)]
        where endpoint.TargetHost == "localhost" && workload.Replicas[0].FrontDoor(port.Name) is not null
        select (workload, port, endpoint);
}
