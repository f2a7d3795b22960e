namespace Mesh.Model.Snapshots;

/// <summary>A response header that says when to come again.</summary>
/// <param name="Name">Name; case does not matter.</param>
/// <param name="IsUnixTimestamp">Whether it holds a point in time, in seconds since 1970; else seconds from now.</param>
public sealed record ResetHeader(string Name, bool IsUnixTimestamp = false)
{
    /// <inheritdoc />
    public override string ToString() => Name;
}
