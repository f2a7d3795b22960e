using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Diagnostics;
using Mesh.Hosting.Installation;
using Mesh.Hosting.Reading;
using Mesh.Hosting.Running;
using Mesh.Model.Planning;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Hosting.Applying;

/// <summary>Puts a plan into the app model: endpoints move, sidecars are added, callers are told their own sidecar's addresses.</summary>
internal sealed class PlanApplier(MeshResource mesh, RunningMesh running, MeshProgram proxy, DistributedApplicationModel model)
{
    private readonly ConcurrentDictionary<EndpointAnnotation, string> _unused = [];

    /// <summary>Changes the model; before anything of it is started.</summary>
    public void Apply(Action<IResource> addTelemetry)
    {
        var sidecars = ImmutableArray.CreateBuilder<MeshSidecarResource>();
        foreach (var workload in running.Plan.Workloads)
        {
            var resource = running.Reading.Workloads[workload.Service.Id];
            foreach (var (port, endpoint) in Meshed(workload))
            {
                EndpointMover.MoveApp(resource, endpoint, EndpointMover.AppPorts(workload, port.Name));
            }

            var own = workload.Replicas.Where(r => r.HasSidecar).Select(r => Sidecar(resource, workload, r)).ToList();
            foreach (var sidecar in own)
            {
                addTelemetry(sidecar);
                model.Resources.Add(sidecar);
            }

            sidecars.AddRange(own);
            Tell(resource, workload, own.FirstOrDefault());
        }

        foreach (var outsider in model.Resources.Where(r => AppModelReader.IsProcess(r) && Outside.Reason(r, isPublished: false) is not null && !Outside.MayCall(r)))
        {
            Mark(outsider, new MeshIdentities(mesh.Options.Namespace).Of(outsider), outsider.Name);
        }

        mesh.Sidecars = sidecars.ToImmutable();
        EarlyAddresses.GiveOut(running.Reading, running.Plan, running.ServerCertificate is not null);
    }

    /// <summary>
    /// Once Aspire has given out addresses, all before it tells of the first: front doors take the places of those that are not theirs yet, of replicas and of hosts of the
    /// user's choice.
    /// </summary>
    public void ShowFrontDoors()
    {
        foreach (var workload in running.Plan.Workloads)
        {
            foreach (var (port, endpoint) in Meshed(workload))
            {
                if (workload.Replicas[0].FrontDoor(port.Name) is { } frontDoor
                    && EndpointMover.ShowFrontDoor(endpoint, frontDoor, EndpointMover.AppPorts(workload, port.Name), running.IsPlain(port)) is { } unused)
                {
                    _unused[endpoint] = unused;
                }
            }
        }
    }

    private IEnumerable<(ServicePort Port, EndpointAnnotation Endpoint)> Meshed(PlannedWorkload workload) =>
        workload.Service.Ports.Select(p => (p, running.Reading.Endpoints[new PortRef(workload.Service.Id, p.Name)]));

    private MeshSidecarResource Sidecar(IResource resource, PlannedWorkload workload, PlannedReplica replica)
    {
        var name = workload.Replicas.Length == 1 ? $"{resource.Name}-mesh" : $"{resource.Name}-mesh-{replica.Index}";
        if (model.Resources.Any(r => string.Equals(r.Name, name, StringComparison.OrdinalIgnoreCase)))
        {
            throw MeshDiagnostics.NameTaken(name, resource.Name);
        }

        var sidecar = new MeshSidecarResource(name, resource, replica.Index, proxy.Command, running.State.Path);
        sidecar.Annotations.Add(new CommandLineArgsCallbackAnnotation(a => Append(a, [.. proxy.Arguments, "run", "--bootstrap", running.State.Bootstrap(workload.Service.Id, replica.Name)])));
        sidecar.Annotations.Add(new ResourceRelationshipAnnotation(resource, "Parent"));
        sidecar.Annotations.Add(new ResourceIconAnnotation("ShieldTask", IconVariant.Regular));
        if (workload.Service.Ports.All(p => p.Protocol != AppProtocol.Https))
        {
            // Peers are checked against the mesh's roots and the dashboard by the developer certificate; reading the machine's hundred others would be a third of the start.
            mesh.Builder.CreateResourceBuilder(sidecar).WithCertificateTrustScope(CertificateTrustScope.Override);
        }

        if (mesh.Options.HideSidecars)
        {
            sidecar.Annotations.Add(new HiddenAnnotation(HiddenBehavior.Always));
        }

        return sidecar;
    }

    private static void Append(IList<object> arguments, IEnumerable<string> more)
    {
        foreach (var argument in more)
        {
            arguments.Add(argument);
        }
    }

    private void Tell(IResource resource, PlannedWorkload workload, MeshSidecarResource? sidecar)
    {
        Mark(resource, workload.Service.Id, ReplicaTemplate.Name(workload.Service.Id.Name, workload.Replicas.Length));
        var outbound = Outbound(workload);
        var externals = new ExternalAddresses(Externals(workload), resource.IsContainer() ? sidecar : null);
        var values = CallerValues.AtOwnSidecars(outbound, resource.IsContainer() && sidecar is not null ? FromContainer(sidecar, outbound) : null);
        var late = running.Reading.Late.GetValueOrDefault(resource);
        resource.Annotations.Add(new EnvironmentCallbackAnnotation(context =>
        {
            foreach (var (name, value) in context.EnvironmentVariables.ToList())
            {
                if (!BrowserVariables.Contains(resource, name))
                {
                    context.EnvironmentVariables[name] = Rewritten(name, value);
                }
            }

            externals.Rewrite(context.EnvironmentVariables, name => !BrowserVariables.Contains(resource, name));

            if (workload.Replicas.Length > 1)
            {
                // DCP takes an endpoint for a mistake unless something in the environment asks for the port that it would have given.
                foreach (var (port, endpoint) in Meshed(workload))
                {
                    if (_unused.TryGetValue(endpoint, out var unused))
                    {
                        context.EnvironmentVariables[$"MESH_UNUSED_{port.Name.ToUpperInvariant().Replace('-', '_')}"] = unused;
                    }
                }
            }
        }));
        resource.Annotations.Add(new CommandLineArgsCallbackAnnotation(arguments =>
        {
            for (var i = 0; i < arguments.Count; i++)
            {
                arguments[i] = externals.Rewrite(Rewritten(null, arguments[i]));
            }
        }));

        object Rewritten(string? variable, object value)
        {
            var meant = late?.Read(variable, value) ?? value;
            return values.Rewrite(meant) is var told && ReferenceEquals(told, meant) ? value : told;
        }
    }

    private static ImmutableDictionary<EndpointAnnotation, EndpointReference> FromContainer(MeshSidecarResource sidecar, ImmutableDictionary<EndpointAnnotation, OwnListener> outbound)
    {
        var reachable = ImmutableDictionary.CreateBuilder<EndpointAnnotation, EndpointReference>();
        foreach (var (endpoint, own) in outbound)
        {
            var port = own.Ports[0];
            var listener = new EndpointAnnotation(
                ProtocolType.Tcp, own.SchemeOf(endpoint.UriScheme), endpoint.Transport, $"out-{port}", port, port, isExternal: false, isProxied: false);
            sidecar.Annotations.Add(listener);
            reachable[endpoint] = new EndpointReference(sidecar, listener);
        }

        return reachable.ToImmutable();
    }

    // Front doors ask the operating system whose process calls: this mark is how a process of the app is told from the developer's browser.
    private static void Mark(IResource resource, ServiceId id, string replica) => resource.Annotations.Add(new EnvironmentCallbackAnnotation(context =>
    {
        context.EnvironmentVariables[EnvironmentNames.Workload] = id.ToString();
        context.EnvironmentVariables[EnvironmentNames.Replica] = replica;
    }));

    private ImmutableDictionary<EndpointAnnotation, OwnListener> Outbound(PlannedWorkload workload)
    {
        var listeners = ImmutableDictionary.CreateBuilder<EndpointAnnotation, OwnListener>();
        foreach (var edge in running.Plan.Edges.Where(e => e.Outcome == EdgeOutcome.Meshed && e.Caller == workload.Service.Id && !running.Reading.Externals.ContainsKey(e.Callee)))
        {
            var port = new PortRef(edge.Callee, edge.Port!);
            var callee = running.Plan.Workloads.First(w => w.Service.Id == edge.Callee).Service.Ports.First(p => p.Name == edge.Port);
            listeners[running.Reading.Endpoints[port]] = new OwnListener(
                [.. workload.Replicas.Select(r => EndpointMover.PortOf(r.Listeners[ResourceNames.Outbound(port)]))], running.IsPlain(callee));
        }

        return listeners.ToImmutable();
    }

    private ImmutableArray<(Uri Uri, ImmutableArray<int> Ports)> Externals(PlannedWorkload workload) =>
    [
        .. running.Plan.Edges.Where(e => e.Outcome == EdgeOutcome.Meshed && e.Caller == workload.Service.Id && running.Reading.Externals.ContainsKey(e.Callee))
            .Select(e => (running.Reading.Externals[e.Callee].Uri!, workload.Replicas.Select(r => EndpointMover.PortOf(r.Listeners[ResourceNames.Outbound(new PortRef(e.Callee, e.Port!))])).ToImmutableArray())),
    ];
}
