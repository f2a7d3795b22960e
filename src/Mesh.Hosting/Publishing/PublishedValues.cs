using System.Collections.Immutable;
using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Applying;
using Mesh.Hosting.Diagnostics;
using Mesh.Hosting.Reading;
using Mesh.Model.Planning;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Hosting.Publishing;

/// <summary>
/// What published services find in their environment and arguments: the listeners of their own sidecars, as texts (a publisher can only write values that it knows), and
/// for themselves a port on loopback.
/// </summary>
internal static class PublishedValues
{
    private const string Host = "127.0.0.1";

    private static readonly string[] Addresses = ["HOST", "HOSTNAME"];

    /// <summary>Changes the model.</summary>
    public static void Apply(PublishedMesh mesh)
    {
        foreach (var workload in mesh.Plan.Workloads)
        {
            Tell(mesh.Reading.Workloads[workload.Service.Id], workload, mesh);
        }
    }

    private static void Tell(IResourceWithEndpoints resource, PlannedWorkload workload, PublishedMesh mesh)
    {
        var outbound = Outbound(workload, mesh);
        var own = Own(resource, workload, mesh);
        var externals = new ExternalAddresses(Externals(workload, mesh));
        var current = "an argument";
        var values = new CallerValues(
            endpoint => outbound.ContainsKey(endpoint) || own.ContainsKey(endpoint),
            (endpoint, property) => outbound.TryGetValue(endpoint.EndpointAnnotation, out var port) ? Address(endpoint, property, port)
                : property == EndpointProperty.TargetPort && own.TryGetValue(endpoint.EndpointAnnotation, out var app) ? Text(app) : null,
            provider => ValueWalk.Endpoints(provider).Any(u => u.Target.Name != resource.Name) ? throw MeshDiagnostics.OpaqueValue(resource.Name, current, provider.GetType().Name) : provider);

        resource.Annotations.Add(new EnvironmentCallbackAnnotation(context =>
        {
            foreach (var (name, value) in context.EnvironmentVariables.ToList())
            {
                // As publishers do: containers have no certificates, so nobody is to look for https first.
                if (value is EndpointReference { Scheme: "https" } && name.StartsWith("services__", StringComparison.Ordinal))
                {
                    context.EnvironmentVariables.Remove(name);
                }
                else if (!BrowserVariables.Contains(resource, name))
                {
                    current = name;
                    context.EnvironmentVariables[name] = values.Rewrite(value);
                }
            }

            externals.Rewrite(context.EnvironmentVariables, name => !BrowserVariables.Contains(resource, name));
            if (resource is ProjectResource)
            {
                ListenOnLoopback(context.EnvironmentVariables, own);
            }

            // What integrations of other languages' servers say so that a container's port can be reached at all.
            foreach (var name in Addresses.Where(n => own.Count > 0 && context.EnvironmentVariables.ContainsKey(n)))
            {
                context.EnvironmentVariables[name] = LoopbackServers.Narrowed(context.EnvironmentVariables[name]);
            }
        }));
        resource.Annotations.Add(new CommandLineArgsCallbackAnnotation(arguments =>
        {
            for (var i = 0; i < arguments.Count; i++)
            {
                current = "an argument";
                var value = externals.Rewrite(values.Rewrite(arguments[i]));
                arguments[i] = own.Count > 0 ? LoopbackServers.Narrowed(value) : value;
            }

            LoopbackServers.Tell(resource, arguments);
        }));
    }

    // ASP.NET Core listens on all addresses where it is told a port only.
    private static void ListenOnLoopback(Dictionary<string, object> variables, ImmutableDictionary<EndpointAnnotation, int> own)
    {
        var http = own.Where(o => o.Key.UriScheme is "http" or "https").OrderBy(o => o.Value).ToList();
        if (http.Count == 0)
        {
            return;
        }

        variables.Remove("HTTP_PORTS");
        variables.Remove("HTTPS_PORTS");
        variables["ASPNETCORE_URLS"] = string.Join(';', http.Select(o => $"http://{Host}:{Text(o.Value)}").Distinct());
        foreach (var (endpoint, port) in http)
        {
            if (variables.ContainsKey($"Kestrel__Endpoints__{endpoint.Name}__Url"))
            {
                variables[$"Kestrel__Endpoints__{endpoint.Name}__Url"] = $"http://{Host}:{Text(port)}";
            }
        }
    }

    private static string Address(EndpointReference endpoint, EndpointProperty property, int port) => property switch
    {
        EndpointProperty.Url => $"{Scheme(endpoint)}://{Host}:{Text(port)}",
        EndpointProperty.Host or EndpointProperty.IPV4Host => Host,
        EndpointProperty.Port or EndpointProperty.TargetPort => Text(port),
        EndpointProperty.Scheme => Scheme(endpoint),
        EndpointProperty.HostAndPort => $"{Host}:{Text(port)}",
        EndpointProperty.TlsEnabled => bool.FalseString,
        _ => throw new NotSupportedException($"{nameof(EndpointProperty)}.{property} of {endpoint.Resource.Name}/{endpoint.EndpointName} is not known to this version of Mesh.Hosting."),
    };

    // Sidecars have no certificate that an app would trust: between the two it is plain HTTP on loopback, and TLS from there on.
    private static string Scheme(EndpointReference endpoint) => endpoint.Scheme == "https" ? "http" : endpoint.Scheme;

    private static ImmutableDictionary<EndpointAnnotation, int> Outbound(PlannedWorkload workload, PublishedMesh mesh)
    {
        var ports = ImmutableDictionary.CreateBuilder<EndpointAnnotation, int>();
        foreach (var edge in mesh.Plan.Edges.Where(e => e.Outcome == EdgeOutcome.Meshed && e.Caller == workload.Service.Id && !mesh.Reading.Externals.ContainsKey(e.Callee)))
        {
            var upstream = new PortRef(edge.Callee, edge.Port!);
            var port = EndpointMover.PortOf(workload.Replicas[0].Listeners[ResourceNames.Outbound(upstream)]);
            var callee = mesh.Reading.Workloads[edge.Callee];
            var meant = mesh.Reading.Endpoints[upstream];
            foreach (var endpoint in callee.Annotations.OfType<EndpointAnnotation>().Where(e => PublishedScope.StandsFor(callee, e.Name) == meant))
            {
                ports[endpoint] = port;
            }
        }

        return ports.ToImmutable();
    }

    private static IEnumerable<(Uri Uri, int Port)> Externals(PlannedWorkload workload, PublishedMesh mesh) =>
        from edge in mesh.Plan.Edges
        where edge.Outcome == EdgeOutcome.Meshed && edge.Caller == workload.Service.Id && mesh.Reading.Externals.ContainsKey(edge.Callee)
        select (mesh.Reading.Externals[edge.Callee].Uri!, EndpointMover.PortOf(workload.Replicas[0].Listeners[ResourceNames.Outbound(new PortRef(edge.Callee, edge.Port!))]));

    private static ImmutableDictionary<EndpointAnnotation, int> Own(IResource resource, PlannedWorkload workload, PublishedMesh mesh)
    {
        var ports = ImmutableDictionary.CreateBuilder<EndpointAnnotation, int>();
        foreach (var port in workload.Service.Ports)
        {
            var meant = mesh.Reading.Endpoints[new PortRef(workload.Service.Id, port.Name)];
            foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>().Where(e => mesh.Scope.CanMove(e) && PublishedScope.StandsFor(resource, e.Name) == meant))
            {
                ports[endpoint] = EndpointMover.PortOf(workload.Replicas[0].Applications[port.Name]);
            }
        }

        return ports.ToImmutable();
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
