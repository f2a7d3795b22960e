namespace Mesh.Model.Serialization;

/// <summary>A member of an object.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
/// <param name="Line">Line of the name, from 1; 0 where there is no text.</param>
public sealed record DocumentMember(string Name, DocumentNode Value, int Line = 0);
