using System.Globalization;
using Envoy.Config.Core.V3;

namespace Mesh.Xds.Wire;

/// <summary>Tells what a client is by the node it sends, and names kinds.</summary>
public static class ClientKinds
{
    /// <summary>Where a bootstrap says in <c>node.metadata</c> what its client is, for one whose user agent does not tell.</summary>
    public const string MetadataKey = "mesh.dev/kind";

    private const string CoreVersion = "C-core ";

    /// <summary>The version of gRPC 1.52's core.</summary>
    private const int FirstCoreWithRings = 30;

    /// <summary>What a client is. Unknown words and agents are sidecars, which refuse what is not theirs.</summary>
    public static ClientKind Of(Node node) => node.Metadata?.Fields.GetValueOrDefault(MetadataKey)?.StringValue switch
    {
        "mesh" => ClientKind.Mesh,
        "grpc" => Grpc(node),
        "envoy" => ClientKind.Envoy,
        _ when node.UserAgentName.StartsWith("gRPC", StringComparison.OrdinalIgnoreCase) => Grpc(node),
        _ when node.UserAgentName == "envoy" => ClientKind.Envoy,
        _ => ClientKind.Mesh,
    };

    /// <summary>The word for a kind, in node metadata, profiles and the API.</summary>
    public static string ToWord(this ClientKind kind) => kind switch
    {
        ClientKind.Mesh => "mesh",
        ClientKind.Grpc => "grpc",
        ClientKind.GrpcWithoutRings => "grpc-without-rings",
        ClientKind.Envoy => "envoy",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    // "C-core 29.0.0": the core counts by itself.
    private static ClientKind Grpc(Node node)
    {
        var isCore = node.UserAgentVersion.StartsWith(CoreVersion, StringComparison.Ordinal);
        var major = isCore ? node.UserAgentVersion[CoreVersion.Length..].Split('.')[0] : "";
        return int.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out var core) && core < FirstCoreWithRings ? ClientKind.GrpcWithoutRings : ClientKind.Grpc;
    }
}
