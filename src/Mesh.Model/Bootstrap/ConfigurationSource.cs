namespace Mesh.Model.Bootstrap;

/// <summary>A directory that the control plane watches.</summary>
/// <param name="Directory">Absolute path; files in subdirectories count too.</param>
/// <param name="Name">How its files are named to people, such as <c>policies</c>.</param>
public sealed record ConfigurationSource(string Directory, string Name);
