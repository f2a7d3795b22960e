using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Model.Planning;

/// <summary>What is wrong with a description whatever its edges say.</summary>
internal static class DescriptionValidator
{
    // The control plane's identity lives there, and whoever holds a name in it looks like part of the mesh.
    private const string SystemNamespace = "mesh-system";

    public static IEnumerable<Violation> Validate(MeshDescription description, PlanningTarget target)
        => Names(description)
            .Concat(description.Workloads.SelectMany(w => Workload(w, target)))
            .Concat(description.Externals.SelectMany(External))
            .Concat(GivenTwice(description, target));

    private static IEnumerable<Violation> Names(MeshDescription description)
    {
        var seen = new Dictionary<ServiceId, string>();
        var all = description.Workloads.Select(w => (w.Id, What: "a service", w.DeclaredAt))
            .Concat(description.Externals.Select(e => (e.Service.Id, What: "an external service", e.DeclaredAt)))
            .Concat(description.Outsiders.Select(o => (o.Id, What: "something outside the mesh", o.DeclaredAt)));
        foreach (var (id, what, declaredAt) in all)
        {
            if (!DnsLabel.IsValid(id.Name) || !DnsLabel.IsValid(id.Namespace))
            {
                yield return declaredAt.Wrong(BadLabel(DnsLabel.IsValid(id.Namespace) ? id.Name : id.Namespace));
            }
            else if (id.Namespace == SystemNamespace)
            {
                yield return declaredAt.Wrong($"the namespace '{SystemNamespace}' is the control plane's own; use another one");
            }
            else if (!seen.TryAdd(id, what))
            {
                yield return declaredAt.Wrong($"'{id.Name}' is {seen[id]} already and cannot be {what} as well; rename one of them");
            }
        }
    }

    private static IEnumerable<Violation> Workload(WorkloadDescription workload, PlanningTarget target)
    {
        if (workload.Replicas < 1)
        {
            yield return workload.DeclaredAt.Wrong("replicas", $"must be at least 1 but is {workload.Replicas}; remove the service to run none");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var endpoint in workload.Endpoints)
        {
            if (!DnsLabel.IsValid(endpoint.Name))
            {
                yield return endpoint.DeclaredAt.Wrong(BadLabel(endpoint.Name));
            }
            else if (!names.Add(endpoint.Name))
            {
                yield return endpoint.DeclaredAt.Wrong($"'{workload.Id.Name}' has an endpoint '{endpoint.Name}' already; rename one of them");
            }

            foreach (var violation in Ports(workload, endpoint, target))
            {
                yield return violation;
            }
        }
    }

    private static IEnumerable<Violation> Ports(WorkloadDescription workload, EndpointDescription endpoint, PlanningTarget target)
    {
        foreach (var (member, port) in new[] { ("port", endpoint.FrontDoorPort), ("appPort", endpoint.AppPort) })
        {
            if (port is not null && port is < 1 or > 65535)
            {
                yield return endpoint.DeclaredAt.Wrong(member, $"must be a TCP port from 1 to 65535 but is {port}; leave it out for a free one");
            }
            else if (port is { } number && target.ReservedPorts.TryGetValue(number, out var owner))
            {
                yield return endpoint.DeclaredAt.Wrong(member, $"{number} is {owner}; use another one, or leave it out for a free one");
            }
        }

        if (endpoint.AppPort is not null && workload.Replicas > 1 && target.ReplicasShareHost)
        {
            yield return endpoint.DeclaredAt.Wrong("appPort",
                $"{endpoint.AppPort} can belong to one process only but '{workload.Id.Name}' has {workload.Replicas} replicas; leave appPort out and let the app read PORT");
        }

        if (endpoint is { SkipReason: not null, AppPort: { } app, FrontDoorPort: { } front } && app != front)
        {
            yield return endpoint.DeclaredAt.Wrong("port", $"is {front} but the endpoint has no sidecar in front ({endpoint.SkipReason}), so people reach it at appPort {app}; leave one of them out");
        }
    }

    private static IEnumerable<Violation> External(ExternalDescription external)
    {
        if (external.Service.Ports.IsEmpty)
        {
            yield return external.DeclaredAt.Wrong($"'{external.Service.Id.Name}' has no ports; name one, such as https: {{ host: api.example.com, port: 443, protocol: https }}");
        }

        foreach (var port in external.Service.Ports)
        {
            if (!DnsLabel.IsValid(port.Name))
            {
                yield return external.DeclaredAt.Wrong(port.Name, BadLabel(port.Name));
            }

            if (port.Port is < 1 or > 65535)
            {
                yield return (external.DeclaredAt with { Path = external.DeclaredAt.Path / port.Name }).Wrong("port", $"must be a TCP port from 1 to 65535 but is {port.Port}");
            }

            if (Uri.CheckHostName(port.Host) == UriHostNameType.Unknown)
            {
                yield return (external.DeclaredAt with { Path = external.DeclaredAt.Path / port.Name }).Wrong("host", $"must be a host name or IP address but is '{port.Host}'");
            }
        }
    }

    private static IEnumerable<Violation> GivenTwice(MeshDescription description, PlanningTarget target)
    {
        var byPort = new Dictionary<(ServiceId? Scope, int Port), string>();
        foreach (var workload in description.Workloads)
        {
            // In containers each workload has all ports to itself.
            ServiceId? scope = target.ReplicasShareHost ? null : workload.Id;
            foreach (var endpoint in workload.Endpoints)
            {
                foreach (var (member, port) in Wanted(endpoint))
                {
                    var who = $"{workload.Id.Name}'s {member} of '{endpoint.Name}'";
                    if (!byPort.TryAdd((scope, port), who))
                    {
                        yield return endpoint.DeclaredAt.Wrong(member, $"{port} is {byPort[(scope, port)]} already; use another one, or leave it out for a free one");
                    }
                }
            }
        }
    }

    private static IEnumerable<(string Member, int Port)> Wanted(EndpointDescription endpoint)
    {
        if (endpoint.FrontDoorPort is { } front)
        {
            yield return ("port", front);
        }

        // Without a sidecar in front both names mean the app's own port.
        if (endpoint.AppPort is { } app && (endpoint.SkipReason is null || endpoint.FrontDoorPort is null))
        {
            yield return ("appPort", app);
        }
    }

    private static string BadLabel(string name) =>
        $"'{name}' cannot be a name: use lower-case letters, digits and inner hyphens, at most {DnsLabel.MaxLength} characters, such as '{Cured(name)}'";

    private static string Cured(string name)
    {
        var cured = new string([.. name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]).Trim('-');
        return cured.Length is 0 or > DnsLabel.MaxLength ? "orders" : cured;
    }
}
