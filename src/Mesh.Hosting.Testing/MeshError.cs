namespace Mesh.Hosting.Testing;

/// <summary>An error that the mesh answered with.</summary>
/// <param name="Code">What, such as <c>permission_denied</c>; docs/errors.md lists them.</param>
/// <param name="Hop">The replica whose sidecar answered; <see langword="null"/>: it did not say.</param>
/// <param name="Policy">Who decided so; <see langword="null"/>: no policy did.</param>
public sealed record MeshError(string Code, string? Hop, string? Policy)
{
    // The header: permission_denied; hop=orders-0; policy=default deny
    internal static MeshError Read(string header)
    {
        var parts = header.Split(';', 3, StringSplitOptions.TrimEntries);
        return new MeshError(parts[0], Value("hop="), Value("policy="));

        string? Value(string name) => parts.FirstOrDefault(p => p.StartsWith(name, StringComparison.Ordinal))?[name.Length..];
    }
}
