namespace Mesh.ControlPlane.Store;

/// <summary>A file of a watched directory as it was found.</summary>
/// <param name="Source">The source's name.</param>
/// <param name="Path">Path below the source's directory, with forward slashes.</param>
/// <param name="Text">What it holds; <see langword="null"/>: it could not be read.</param>
/// <param name="Error">Why not.</param>
internal sealed record FileText(string Source, string Path, string? Text, string? Error = null)
{
    /// <summary>How people call it, and how origins show it.</summary>
    public string Name => $"{Source}/{Path}";
}
