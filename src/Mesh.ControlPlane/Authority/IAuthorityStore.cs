namespace Mesh.ControlPlane.Authority;

/// <summary>Where the authority of the mesh's own is kept: a file, or a Secret that all replicas of the control plane share.</summary>
internal interface IAuthorityStore
{
    /// <summary>How people find it.</summary>
    string Place { get; }

    /// <summary>What is there; where there is nothing, it is made. Where two race, one wins and both get the winner's.</summary>
    Task<StoredAuthority> ReadOrCreateAsync(Func<byte[]> make, CancellationToken cancellationToken);

    /// <summary>Replaces what was read.</summary>
    /// <returns>What is there now; <see langword="null"/>: somebody else changed it first, so it has to be read again.</returns>
    Task<StoredAuthority?> TryReplaceAsync(StoredAuthority read, byte[] content, CancellationToken cancellationToken);
}
