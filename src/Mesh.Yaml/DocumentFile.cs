namespace Mesh.Yaml;

/// <summary>One file of a directory of documents as it was found.</summary>
/// <param name="Path">Where it is below the directory, with forward slashes.</param>
/// <param name="Text">What it holds; <see langword="null"/>: it could not be read.</param>
/// <param name="Error">Why not, as the end of a sentence about the file.</param>
public sealed record DocumentFile(string Path, string? Text, string? Error = null);
