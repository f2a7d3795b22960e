using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Xds.Codecs;
using Mesh.Xds.EnvoyProxy;
using Mesh.Xds.Proxyless;
using Mesh.Xds.Validation;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Server;

/// <summary>A snapshot that was encoded and checked, ready to be published; what a change is tried with is published without doing it again.</summary>
public sealed class PreparedSnapshot
{
    private readonly EncodedSnapshot? _encoded;

    private PreparedSnapshot(BuiltSnapshot built, ImmutableArray<XdsViolation> violations, EncodedSnapshot? encoded = null)
    {
        _encoded = encoded;
        Built = built;
        Violations = violations;
    }

    /// <summary>The rules that it breaks; empty: it may be published.</summary>
    public ImmutableArray<XdsViolation> Violations { get; }

    internal BuiltSnapshot Built { get; }

    /// <summary>Where it is of an endpoint set: the set, for the forms of it that some clients need.</summary>
    internal EndpointSet? Endpoints { get; private init; }

    /// <summary>Encodes and checks a snapshot for sidecars of Mesh.</summary>
    /// <param name="profile">The profile's name, for violations.</param>
    /// <param name="snapshot">The whole of it.</param>
    /// <param name="previous">What the profile was prepared with before: only what differs is encoded. <see langword="null"/>: everything is.</param>
    public static PreparedSnapshot Of(string profile, ProxySnapshot snapshot, PreparedSnapshot? previous = null) => Try($"profile {profile}", () =>
    {
        var encoded = EncodedSnapshot.Of(snapshot, previous?._encoded);
        var resources = encoded.Resources;
        return new(new(resources, []) { EndpointForms = BuiltSnapshot.FormsOf(snapshot) }, XdsValidator.Validate(resources), encoded);
    });

    /// <summary>Builds and checks a snapshot for one kind of client.</summary>
    /// <param name="profile">The profile's name, for violations.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="snapshot">The whole of it.</param>
    public static PreparedSnapshot Of(string profile, ClientKind kind, ProxySnapshot snapshot) => kind == ClientKind.Mesh
        ? Of(profile, snapshot)
        : Try($"profile {profile}", () => Of(kind == ClientKind.Envoy ? EnvoyBuilder.Build(snapshot) : ProxylessBuilder.Build(snapshot, hasRings: kind == ClientKind.Grpc)));

    /// <summary>Checks what was built.</summary>
    internal static PreparedSnapshot Of(BuiltSnapshot built) =>
        new(built, XdsValidator.Validate([.. built.Resources, .. built.Templates.Select(template => template.Sample)]));

    /// <summary>Encodes and checks an endpoint set.</summary>
    internal static PreparedSnapshot Of(EndpointSet set) => Try($"EDS {set.Cluster}", () =>
    {
        // Most clients have no use for those that are not ready: what becomes of these is no news for them.
        var built = new BuiltSnapshot([SnapshotCodec.Encode(set with { Unready = [] })], []);
        return new(built, XdsValidator.Validate(built.Resources)) { Endpoints = set };
    });

    /// <summary>What xDS has no way to say is a violation like any other: whoever publishes goes on with the last good snapshot.</summary>
    private static PreparedSnapshot Try(string what, Func<PreparedSnapshot> prepare)
    {
        try
        {
            return prepare();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or OverflowException)
        {
            return new(new([], []), [new XdsViolation(what, "(snapshot)", "has to be expressible in xDS", e.Message)]);
        }
    }
}
