using System.Collections.Immutable;
using System.Globalization;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Planning;

/// <summary>Gives every replica its ports, its sidecar's listeners and its environment.</summary>
internal sealed class ReplicaPlanner(MeshDescription description, ImmutableArray<PlannedEdge> edges, PlanningTarget target, PortSource ports)
{
    private const string Loopback = "127.0.0.1";

    private HashSet<int> _taken = [];

    public Dictionary<ServiceId, ImmutableArray<PlannedReplica>> Plan()
    {
        // Two passes: what users get from a callee without sidecar in between is its app's address, which has to be known first.
        var drafts = new Dictionary<ServiceId, ImmutableArray<Draft>>();
        _taken = Fixed(description.Workloads);
        foreach (var workload in description.Workloads)
        {
            if (!target.ReplicasShareHost)
            {
                _taken = Fixed([workload]);
            }

            var count = target.ReplicasShareHost ? workload.Replicas : 1;
            drafts[workload.Id] = [.. Enumerable.Range(0, count).Select(i => Bind(workload, i))];
        }

        return drafts.ToDictionary(d => d.Key, d => d.Value.Select(draft => Finish(draft, drafts)).ToImmutableArray());
    }

    private HashSet<int> Fixed(IEnumerable<WorkloadDescription> workloads) =>
        [.. workloads.SelectMany(w => w.Endpoints).SelectMany(e => new[] { e.AppPort, e.FrontDoorPort }).OfType<int>(), .. target.ReservedPorts.Keys];

    private Draft Bind(WorkloadDescription workload, int index)
    {
        var listeners = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var apps = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var endpoint in workload.Endpoints)
        {
            var meshed = endpoint.SkipReason is null;
            var app = endpoint.AppPort ?? (meshed || index > 0 ? null : endpoint.FrontDoorPort) ?? Pick(PortPurpose.App, endpoint.Name);
            apps[endpoint.Name] = At(target.Loopback, app);
            if (meshed && (endpoint.External || target.FrontDoorForEveryEndpoint))
            {
                // The declared port has one listener: the first replica's sidecar has it.
                var front = (index == 0 ? endpoint.FrontDoorPort : null) ?? Pick(PortPurpose.FrontDoor, endpoint.Name);
                listeners[ResourceNames.FrontDoor(endpoint.Name)] = At(target.FrontDoorAddress ?? target.DoorAddress, front);
            }
        }

        if (workload.Endpoints.Any(e => e.SkipReason is null))
        {
            listeners[ResourceNames.MeshDoor] = At(target.DoorAddress, Pick(PortPurpose.MeshDoor, ""));
        }

        // Closed until a policy makes the port permissive, and known beforehand, so that it can be while everything runs.
        foreach (var endpoint in workload.Endpoints.Where(e => e.SkipReason is null && !listeners.ContainsKey(ResourceNames.FrontDoor(e.Name))))
        {
            listeners[ResourceNames.PlainDoor(endpoint.Name)] = At(target.DoorAddress, Pick(PortPurpose.PlainDoor, endpoint.Name));
        }

        foreach (var upstream in Upstreams(workload.Id, EdgeOutcome.Meshed).OrderBy(u => u.ToString(), StringComparer.Ordinal))
        {
            // The name that certificates carry, wherever an app resolves it to.
            var host = target.ServesHttps && ProtocolOf(upstream) == AppProtocol.Https ? "localhost" : target.Loopback;
            listeners[ResourceNames.Outbound(upstream)] = At(host, Pick(PortPurpose.Outbound, upstream.ToString()));
        }

        return new Draft(workload, index, listeners.ToImmutable(), apps.ToImmutable(), At(Loopback, Pick(PortPurpose.Admin, "")));

        int Pick(PortPurpose purpose, string name)
        {
            var port = ports(new PortRequest(purpose, workload.Id, index, name), _taken);
            _taken.Add(port);
            return port;
        }
    }

    private PlannedReplica Finish(Draft draft, Dictionary<ServiceId, ImmutableArray<Draft>> drafts)
    {
        var name = target.ReplicasShareHost ? string.Create(CultureInfo.InvariantCulture, $"{draft.Workload.Id.Name}-{draft.Index}") : draft.Workload.Id.Name;
        return new PlannedReplica
        {
            Name = name,
            Index = draft.Index,
            Listeners = draft.Listeners,
            Applications = draft.Applications,
            AdminAddress = draft.Admin,
            Environment = [.. Own(draft, name), .. Callees(draft, drafts)],
        };
    }

    private static IEnumerable<PlannedVariable> Own(Draft draft, string name)
    {
        yield return new(EnvironmentNames.Workload, draft.Workload.Id.ToString());
        yield return new(EnvironmentNames.Replica, name);

        var urls = new List<string>();
        foreach (var endpoint in draft.Workload.Endpoints)
        {
            var address = draft.Applications[endpoint.Name];
            var port = address[(address.LastIndexOf(':') + 1)..];
            if (endpoint == draft.Workload.Endpoints[0])
            {
                yield return new("PORT", port);
            }

            yield return new(EnvironmentNames.OwnPort(endpoint.Name), port);
            if (endpoint.Protocol.IsHttp())
            {
                urls.Add($"{(endpoint.Protocol == AppProtocol.Https ? "https" : "http")}://{address}");
            }
        }

        if (urls.Count > 0)
        {
            yield return new("ASPNETCORE_URLS", string.Join(';', urls));
        }
    }

    private IEnumerable<PlannedVariable> Callees(Draft draft, Dictionary<ServiceId, ImmutableArray<Draft>> drafts)
    {
        foreach (var upstream in Upstreams(draft.Workload.Id, EdgeOutcome.Meshed))
        {
            foreach (var variable in Address(upstream, draft.Listeners[ResourceNames.Outbound(upstream)], target.ServesHttps))
            {
                yield return variable;
            }
        }

        // On a laptop the app itself is on loopback; where replicas have hosts of their own, only the publisher knows how it is reached.
        foreach (var upstream in target.ReplicasShareHost ? Upstreams(draft.Workload.Id, EdgeOutcome.Skipped) : [])
        {
            foreach (var variable in Address(upstream, drafts[upstream.Service][0].Applications[upstream.Port], servesHttps: true))
            {
                yield return variable;
            }
        }
    }

    private IEnumerable<PlannedVariable> Address(PortRef upstream, string address, bool servesHttps)
    {
        var protocol = ProtocolOf(upstream) is AppProtocol.Https && !servesHttps ? AppProtocol.Http : ProtocolOf(upstream);
        var discovery = protocol.IsHttp() ? EnvironmentNames.Address(protocol, address) : $"tcp://{address}";
        yield return new(EnvironmentNames.ServiceDiscovery(upstream.Service.Name, upstream.Port), discovery, upstream.Service);
        yield return new(EnvironmentNames.Plain(upstream.Service.Name, upstream.Port), EnvironmentNames.Address(protocol, address), upstream.Service);
    }

    private IEnumerable<PortRef> Upstreams(ServiceId caller, EdgeOutcome outcome) =>
        edges.Where(e => e.Caller == caller && e.Outcome == outcome && e.Port is not null).Select(e => new PortRef(e.Callee, e.Port!));

    private AppProtocol ProtocolOf(PortRef port)
    {
        var endpoint = description.Workloads.FirstOrDefault(w => w.Id == port.Service)?.Endpoints.FirstOrDefault(e => e.Name == port.Port);
        return endpoint?.Protocol ?? description.Externals.First(e => e.Service.Id == port.Service).Service.Ports.First(p => p.Name == port.Port).Protocol;
    }

    private static string At(string address, int port) => string.Create(CultureInfo.InvariantCulture, $"{address}:{port}");

    private sealed record Draft(
        WorkloadDescription Workload,
        int Index,
        ImmutableSortedDictionary<string, string> Listeners,
        ImmutableSortedDictionary<string, string> Applications,
        string Admin);
}
