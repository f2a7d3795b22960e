using System.Collections.Immutable;

namespace Mesh.Model.Snapshots;

/// <summary>What a mesh door and those who call it may agree on in a handshake. Certificates are no part of it: both ends always show one.</summary>
public sealed record DoorTls
{
    /// <summary>What holds without any policy: TLS 1.3 alone, as both ends are sidecars.</summary>
    public static DoorTls Default { get; } = new();

    /// <summary>The oldest version. Default: TLS 1.3.</summary>
    public TlsVersion Min { get; init; } = TlsVersion.TLS13;

    /// <summary>The newest version. Default: TLS 1.3.</summary>
    public TlsVersion Max { get; init; } = TlsVersion.TLS13;

    /// <summary>The suites of TLS 1.2 that may be agreed on, sorted; empty: all that certificates of the mesh can be used with.</summary>
    public ImmutableArray<TlsCipher> Ciphers { get; init; } = [];

    /// <summary>Who said so.</summary>
    public Origin Origin { get; init; } = Origin.Default;

    /// <summary>Whether it is what holds without any policy.</summary>
    public bool IsDefault => Min == TlsVersion.TLS13 && Max == TlsVersion.TLS13 && Ciphers.IsEmpty;

    /// <summary>Whether the same may be agreed on, whoever said so.</summary>
    public bool AllowsSameAs(DoorTls other) => Min == other.Min && Max == other.Max && Ciphers.AsSpan().SequenceEqual(other.Ciphers.AsSpan());

    /// <inheritdoc />
    public bool Equals(DoorTls? other) =>
        other is not null && Origin == other.Origin && AllowsSameAs(other);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Min, Max, Origin, Ciphers.Length);

    /// <inheritdoc />
    public override string ToString() => Min == Max ? $"{Min}" : $"{Min} to {Max}";
}
