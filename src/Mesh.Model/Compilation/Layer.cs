namespace Mesh.Model.Compilation;

/// <summary>What one entry of one policy says.</summary>
internal sealed record Layer<T>(T Content, Origin Origin, PolicyRank Rank);
