using Mesh.Model.Resources;
using Mesh.Model.Topology;

namespace Mesh.Model.Serialization.Schemas;

/// <summary>The spec of kind ExternalService.</summary>
internal static class ExternalServiceSchema
{
    private static readonly ObjectSchema<ExternalPort> Port = new ObjectSchema<ExternalPort>(() => new ExternalPort { Name = "", Protocol = AppProtocol.Http, Host = "", Port = 1 })
        .Field("name", TextSchema.Any, x => x.Name, (x, v) => x with { Name = v }, required: true)
        .Value("protocol", Words.Protocol, x => x.Protocol, (x, v) => x with { Protocol = v }, required: true)
        .Field("host", TextSchema.Any, x => x.Host, (x, v) => x with { Host = v }, required: true)
        .Value("port", IntegerSchema.Any, x => x.Port, (x, v) => x with { Port = v }, required: true);

    public static ObjectSchema<ExternalServiceResource> Spec { get; } =
        new ObjectSchema<ExternalServiceResource>(() => throw new InvalidOperationException("a spec is read onto its resource"))
            .List("ports", Port, x => x.Ports, (x, v) => x with { Ports = v });
}
