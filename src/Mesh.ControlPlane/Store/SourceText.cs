namespace Mesh.ControlPlane.Store;

/// <summary>One text of a source as it was found: a file of a watched directory, or an object of the Kubernetes API.</summary>
/// <param name="Source">The source's name.</param>
/// <param name="Path">Where it is in the source: the path below the directory with forward slashes, or <c>namespace/plural/name</c> of an object.</param>
/// <param name="Text">What it holds; <see langword="null"/>: it could not be read.</param>
/// <param name="Error">Why not.</param>
internal sealed record SourceText(string Source, string Path, string? Text, string? Error = null)
{
    /// <summary>How people call it, and how origins show it.</summary>
    public string Name => $"{Source}/{Path}";

    /// <summary>Whether it is JSON whatever its name; files say it by their ending.</summary>
    public bool IsJson { get; init; } = Path.EndsWith(".json", StringComparison.OrdinalIgnoreCase);
}
