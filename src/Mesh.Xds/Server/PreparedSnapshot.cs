using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Xds.Codecs;
using Mesh.Xds.Validation;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Server;

/// <summary>A snapshot that was encoded and checked, ready to be published; what a change is tried with is published without doing it again.</summary>
public sealed class PreparedSnapshot
{
    private PreparedSnapshot(ImmutableArray<XdsResource> resources, ImmutableArray<XdsViolation> violations)
    {
        Resources = resources;
        Violations = violations;
    }

    /// <summary>The rules that it breaks; empty: it may be published.</summary>
    public ImmutableArray<XdsViolation> Violations { get; }

    internal ImmutableArray<XdsResource> Resources { get; }

    /// <summary>Encodes and checks a snapshot.</summary>
    /// <param name="profile">The profile's name, for violations.</param>
    /// <param name="snapshot">The whole of it.</param>
    public static PreparedSnapshot Of(string profile, ProxySnapshot snapshot) => Of($"profile {profile}", () => SnapshotCodec.Encode(snapshot));

    /// <summary>What xDS has no way to say is a violation like any other: whoever publishes goes on with the last good snapshot.</summary>
    internal static PreparedSnapshot Of(string what, Func<ImmutableArray<XdsResource>> encode)
    {
        try
        {
            var resources = encode();
            return new(resources, XdsValidator.Validate(resources));
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or OverflowException)
        {
            return new([], [new XdsViolation(what, "(snapshot)", "has to be expressible in xDS", e.Message)]);
        }
    }
}
