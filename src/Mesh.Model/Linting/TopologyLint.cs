using System.Net;
using Mesh.Model.Policies;
using Mesh.Model.Resources;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Model.Linting;

/// <summary>Services, their uses, and what is outside the mesh.</summary>
internal static class TopologyLint
{
    public static void Run(LintContext context, LintReport report)
    {
        foreach (var service in context.Topology.Services.Values)
        {
            Uses(context, service, report);
            if (service.Labels.ContainsKey(Policy.EffectLabel))
            {
                report.Add(LintRules.EffectOfNoPolicy, Key(service), FieldPath.Root / "metadata" / "labels", $"carries the label {Policy.EffectLabel}, which is for policies; a service is always in the mesh: take it off", service.Origin);
            }
        }

        foreach (var external in context.Topology.ExternalServices.Values)
        {
            for (var i = 0; i < external.Ports.Length; i++)
            {
                External(context, external, i, report);
            }
        }
    }

    private static void Uses(LintContext context, Service service, LintReport report)
    {
        var opened = new Dictionary<PortRef, DeclaredEdge>(service.Uses.Length);
        foreach (var edge in service.Uses)
        {
            foreach (var upstream in context.Upstreams.Of(edge.Callee))
            {
                var port = upstream.Port;
                if ((edge.Port is null || edge.Port == port.Port) && !opened.TryAdd(port, edge) && !ReferenceEquals(opened[port], edge))
                {
                    var at = DeclaredResource.SpecPath / (edge.Origin.Rule ?? "uses");
                    report.Add(LintRules.UseTwice, Key(service), at, $"opens {port}, which another entry opens already ({opened[port].Origin.Location ?? opened[port].Origin.Rule}); keep one of them", edge.Origin);
                }
            }
        }
    }

    private static void External(LintContext context, ExternalService external, int index, LintReport report)
    {
        var port = external.Ports[index];
        var key = new ResourceKey(ExternalServiceResource.KindName, external.Id.Namespace, external.Id.Name);
        var at = (DeclaredResource.SpecPath / "ports")[index];
        if ((port.Port == 443 && port.Protocol == AppProtocol.Http) || (port.Port == 80 && port.Protocol == AppProtocol.Https))
        {
            report.Add(LintRules.UnusualPort, key, at / "protocol", $"is {port.Protocol.ToWord()} on port {port.Port}, where others speak {(port.Port == 443 ? "https" : "http")}; change the protocol or the port", external.Origin);
        }

        if (port.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(port.Host, out var address) && IPAddress.IsLoopback(address)))
        {
            report.Add(LintRules.LocalExternal, key, at / "host", $"is {port.Host}, which in a container is the container itself; declare what listens there as a service, or name the machine", external.Origin);
        }
        else if (ServiceId.TryParse(port.Host.Split('.')[0], port.Host.Split('.') is [_, var space, ..] ? space : external.Id.Namespace, out var member) && context.Topology.Services.ContainsKey(member)
            && port.Host.Split('.').Length <= 2)
        {
            report.Add(LintRules.ExternalIsMember, key, at / "host", $"is {port.Host}, which is the service {member} of this mesh: calls would go round its sidecar; declare its callers' uses instead", external.Origin);
        }
    }

    private static ResourceKey Key(Service service) => new(ServiceResource.KindName, service.Id.Namespace, service.Id.Name);
}
