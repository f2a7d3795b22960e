using Mesh.Model.Bootstrap;
using Mesh.Model.Resources;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Serialization.Schemas;

/// <summary>The spec of kind ExternalService.</summary>
internal static class ExternalServiceSchema
{
    private static readonly ObjectSchema<ExternalEndpoint> Endpoint = new ObjectSchema<ExternalEndpoint>(() => new ExternalEndpoint("", 1))
        .Field("host", TextSchema.Any, x => x.Host, (x, v) => x with { Host = v }, required: true)
        .Value("port", IntegerSchema.Any, x => x.Port, (x, v) => x with { Port = v }, required: true)
        .Value("weight", IntegerSchema.Any, x => x.Weight == 1 ? null : x.Weight, (x, v) => x with { Weight = v });

    private static readonly ObjectSchema<SecretKey> CaSecret = new ObjectSchema<SecretKey>(() => new("", EgressSecrets.Ca))
        .Field("name", TextSchema.Any, x => x.Name, (x, v) => x with { Name = v }, required: true)
        .Field("key", TextSchema.Any, x => x.Key == EgressSecrets.Ca ? null : x.Key, (x, v) => x with { Key = v });

    private static readonly ObjectSchema<SecretName> CertificateSecret = new ObjectSchema<SecretName>(() => new(""))
        .Field("name", TextSchema.Any, x => x.Name, (x, v) => x with { Name = v }, required: true);

    private static readonly ObjectSchema<ExternalTls> Tls = new ObjectSchema<ExternalTls>(() => new())
        .Field("serverName", TextSchema.Any, x => x.ServerName, (x, v) => x with { ServerName = v })
        .Group("ca", new ObjectSchema<ExternalTls>(() => new())
            .Field("file", TextSchema.Any, x => x.CaFile, (x, v) => x with { CaFile = v })
            .Field("inline", TextSchema.Any, x => x.Ca, (x, v) => x with { Ca = v })
            .Field("secret", CaSecret, x => x.CaSecret, (x, v) => x with { CaSecret = v }))
        .Group("clientCertificate", new ObjectSchema<ExternalTls>(() => new())
            .Field("certificateFile", TextSchema.Any, x => x.CertificateFile, (x, v) => x with { CertificateFile = v })
            .Field("keyFile", TextSchema.Any, x => x.KeyFile, (x, v) => x with { KeyFile = v })
            .Field("secret", CertificateSecret, x => x.CertificateSecret is { } name ? new SecretName(name) : null, (x, v) => x with { CertificateSecret = v.Name }));

    private static readonly ObjectSchema<ExternalPort> Port = new ObjectSchema<ExternalPort>(() => new ExternalPort { Name = "", Protocol = AppProtocol.Http, Host = "", Port = 1 })
        .Field("name", TextSchema.Any, x => x.Name, (x, v) => x with { Name = v }, required: true)
        .Value("protocol", Words.Protocol, x => x.Protocol, (x, v) => x with { Protocol = v }, required: true)
        .Field("host", TextSchema.Any, x => x.Host, (x, v) => x with { Host = v }, required: true)
        .Value("port", IntegerSchema.Any, x => x.Port, (x, v) => x with { Port = v }, required: true)
        .List("endpoints", Endpoint, x => x.Endpoints, (x, v) => x with { Endpoints = v }, mayBeEmpty: false)
        .Field("tls", Tls, x => x.Tls, (x, v) => x with { Tls = v });

    public static ObjectSchema<ExternalServiceResource> Spec { get; } =
        new ObjectSchema<ExternalServiceResource>(() => throw new InvalidOperationException("a spec is read onto its resource"))
            .List("ports", Port, x => x.Ports, (x, v) => x with { Ports = v });

    private sealed record SecretName(string Name);
}
