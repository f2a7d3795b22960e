using Mesh.ControlPlane.Store;

namespace Mesh.ControlPlane.Authority;

/// <summary>Keeps the authority in the state directory, which one process has for itself.</summary>
internal sealed class AuthorityFile(StateDirectory state) : IAuthorityStore
{
    private const string FileName = "authority.json";

    private readonly StateDirectory _directory = state.Inside("authority");

    /// <inheritdoc />
    public string Place => _directory.PathOf(FileName);

    /// <inheritdoc />
    public Task<StoredAuthority> ReadOrCreateAsync(Func<byte[]> make, CancellationToken cancellationToken) =>
        Task.FromResult(new StoredAuthority(_directory.ReadOrCreate(FileName, make), ""));

    /// <inheritdoc />
    public Task<StoredAuthority?> TryReplaceAsync(StoredAuthority read, byte[] content, CancellationToken cancellationToken)
    {
        _directory.Write(FileName, content);
        return Task.FromResult<StoredAuthority?>(new StoredAuthority(content, ""));
    }
}
