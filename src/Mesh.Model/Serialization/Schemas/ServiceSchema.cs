using Mesh.Model.Resources;
using Mesh.Model.Topology;

namespace Mesh.Model.Serialization.Schemas;

/// <summary>The spec of kind Service.</summary>
internal static class ServiceSchema
{
    private static readonly ObjectSchema<ServicePort> Port = new ObjectSchema<ServicePort>(() => new ServicePort { Name = "", Protocol = AppProtocol.Http })
        .Field("name", TextSchema.Any, x => x.Name, (x, v) => x with { Name = v }, required: true)
        .Value("protocol", Words.Protocol, x => x.Protocol, (x, v) => x with { Protocol = v }, required: true)
        .Value("external", BooleanSchema.Any, x => x.External ? true : null, (x, v) => x with { External = v });

    public static ObjectSchema<ServiceResource> Spec { get; } = new ObjectSchema<ServiceResource>(() => throw new InvalidOperationException("a spec is read onto its resource"))
        .List("ports", Port, x => x.Ports, (x, v) => x with { Ports = v })
        .List("uses", TextSchema.Any, x => x.Uses, (x, v) => x with { Uses = v });
}
