namespace Mesh.Proxy.Policies.LoadBalancing;

/// <summary>Where a request belongs.</summary>
/// <param name="Hash">The hash of what it carries; <see langword="null"/>: it carries nothing of what is asked for and may go anywhere.</param>
/// <param name="SetCookie">The cookie that its response has to bring, so that the next one comes to the same replica; <see langword="null"/>: none.</param>
internal readonly record struct Affinity(ulong? Hash, string? SetCookie)
{
    /// <summary>Anywhere.</summary>
    public static Affinity None => default;
}
