using Envoy.Config.Core.V3;

namespace Mesh.Xds.Wire;

/// <summary>Tells what a client is by the node it sends, and names kinds.</summary>
public static class ClientKinds
{
    /// <summary>Where a bootstrap says in <c>node.metadata</c> what its client is, for one whose user agent does not tell.</summary>
    public const string MetadataKey = "mesh.dev/kind";

    /// <summary>What a client is. Unknown words and agents are sidecars, which refuse what is not theirs.</summary>
    public static ClientKind Of(Node node) => node.Metadata?.Fields.GetValueOrDefault(MetadataKey)?.StringValue switch
    {
        "mesh" => ClientKind.Mesh,
        "grpc" => ClientKind.Grpc,
        "envoy" => ClientKind.Envoy,
        _ when node.UserAgentName.StartsWith("gRPC", StringComparison.OrdinalIgnoreCase) => ClientKind.Grpc,
        _ when node.UserAgentName == "envoy" => ClientKind.Envoy,
        _ => ClientKind.Mesh,
    };

    /// <summary>The word for a kind, in node metadata, profiles and the API.</summary>
    public static string ToWord(this ClientKind kind) => kind switch
    {
        ClientKind.Mesh => "mesh",
        ClientKind.Grpc => "grpc",
        ClientKind.Envoy => "envoy",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}
