using Grpc.Core;

namespace Mesh.Proxy.Relay;

/// <summary>A method that the relay knows, and where in its requests is what the relay looks at.</summary>
internal sealed class RelayMethod
{
    private const string Discovery = "envoy.service.discovery.v3.AggregatedDiscoveryService";
    private const string Secrets = "envoy.service.secret.v3.SecretDiscoveryService";
    private const string LoadStats = "envoy.service.load_stats.v3.LoadReportingService";

    private static readonly Marshaller<byte[]> Untouched = Marshallers.Create<byte[]>(
        static (message, context) =>
        {
            context.SetPayloadLength(message.Length);
            var writer = context.GetBufferWriter();
            message.CopyTo(writer.GetSpan(message.Length));
            writer.Advance(message.Length);
            context.Complete();
        },
        static context => context.PayloadAsNewBuffer());

    private static readonly RelayMethod[] All =
    [
        new(Discovery, "StreamAggregatedResources") { NodeField = 2, TypeField = 4 },
        new(Discovery, "DeltaAggregatedResources") { NodeField = 1, TypeField = 2, IsDelta = true },
        new(Secrets, "StreamSecrets") { NodeField = 2, TypeField = 4, IsSecretsOnly = true },
        new(Secrets, "DeltaSecrets") { NodeField = 1, TypeField = 2, IsDelta = true, IsSecretsOnly = true },
        new(LoadStats, "StreamLoadStats") { NodeField = 1 },
    ];

    private RelayMethod(string service, string name)
    {
        Path = $"/{service}/{name}";
        Name = name;
        Upstream = new Method<byte[], byte[]>(MethodType.DuplexStreaming, service, name, Untouched, Untouched);
    }

    /// <summary>The HTTP path.</summary>
    public string Path { get; }

    /// <summary>For people.</summary>
    public string Name { get; }

    /// <summary>The same method at the control plane; messages pass as bytes.</summary>
    public Method<byte[], byte[]> Upstream { get; }

    /// <summary>Number of the request's <c>node</c>.</summary>
    public required int NodeField { get; init; }

    /// <summary>Number of the request's <c>type_url</c>; 0: it has none.</summary>
    public int TypeField { get; init; }

    /// <summary>Whether it is the delta variant.</summary>
    public bool IsDelta { get; init; }

    /// <summary>Whether nothing of it goes to the control plane.</summary>
    public bool IsSecretsOnly { get; init; }

    /// <summary>Finds the method of a path.</summary>
    public static RelayMethod? Find(string? path) => Array.Find(All, method => method.Path == path);
}
