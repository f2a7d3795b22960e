using System.Collections.Immutable;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Snapshots;
using Mesh.Xds.Codecs;

namespace Mesh.Xds.Proxyless;

/// <summary>Faults for gRPC clients (gRFC A33). They know no end of their own: the control plane takes them back.</summary>
internal static class ProxylessFaults
{
    // What gRPC makes of a connection that breaks off.
    private static readonly FaultAbort Unavailable = new() { GrpcStatus = 14 };

    /// <summary>Those whose expressions gRPC can read: an experiment must not keep a client from its configuration.</summary>
    public static ImmutableArray<FaultRule> Readable(ImmutableArray<FaultRule> faults) => [.. faults.Where(fault => fault.Matches.All(IsReadable))];

    /// <summary>What a route says; <see langword="null"/>: nothing that they know.</summary>
    public static Any? Encode(FaultEffects effects) => FaultCodec.EncodeStandard(effects, Unavailable) is { } fault ? Any.Pack(fault) : null;

    private static bool IsReadable(RouteMatch match) =>
        (match.Path is not { Kind: PathMatchKind.RegularExpression } path || Re2Syntax.Fault(path.Value) is null)
        && match.Headers.All(header => header.Kind != ValueMatchKind.RegularExpression || Re2Syntax.Fault(header.Value) is null);
}
