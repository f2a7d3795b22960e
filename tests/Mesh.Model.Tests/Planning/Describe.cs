using Mesh.Model.Identity;
using Mesh.Model.Planning;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Model.Tests.Planning;

/// <summary>Descriptions in few words.</summary>
internal static class Describe
{
    public static MeshDescription App(params WorkloadDescription[] workloads) => new() { TrustDomain = TrustDomain.Parse("shop.local"), Workloads = [.. workloads] };

    public static WorkloadDescription Workload(string name, params EndpointDescription[] endpoints) => new()
    {
        Id = Id(name),
        DeclaredAt = new Declaration(FieldPath.Root / "spec" / "services" / name),
        Endpoints = [.. endpoints.Select(e => e with { DeclaredAt = new Declaration(FieldPath.Root / "spec" / "services" / name / "endpoints" / e.Name) })],
    };

    public static WorkloadDescription Using(this WorkloadDescription workload, params string[] uses) => workload with
    {
        Uses = [.. uses.Select((use, i) => Use(use, (workload.DeclaredAt.Path / "uses")[i]))],
    };

    public static EndpointDescription Endpoint(string name, AppProtocol protocol = AppProtocol.Http, int? port = null, int? appPort = null, string? skip = null, bool external = false) =>
        new() { Name = name, Protocol = protocol, FrontDoorPort = port, AppPort = appPort, SkipReason = skip, External = external };

    public static ExternalDescription External(string name, string host) => new(
        new ExternalService
        {
            Id = Id(name),
            Origin = Origin.Default,
            Ports = [new ExternalPort { Name = "https", Protocol = AppProtocol.Https, Host = host, Port = 443 }],
        },
        new Declaration(FieldPath.Root / "spec" / "external" / name));

    public static UseDescription Use(string use, FieldPath at = default)
    {
        var parts = use.Split('/');
        return new UseDescription(Id(parts[0]), parts.Length > 1 ? parts[1] : null, new Declaration(at));
    }

    public static ServiceId Id(string name) => new(ServiceId.DefaultNamespace, name);

    /// <summary>A source that counts from 20001, past what is taken.</summary>
    public static PortSource Counting()
    {
        var next = 20000;
        return (_, taken) =>
        {
            do
            {
                next++;
            }
            while (taken.Contains(next));

            return next;
        };
    }
}
