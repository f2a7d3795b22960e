namespace Mesh.Model.Serialization;

/// <summary>A node of a document, whatever text it came from: <see cref="ObjectNode"/>, <see cref="ListNode"/> or <see cref="ScalarNode"/>.</summary>
/// <param name="Line">Line in the text, from 1; 0 where there is no text.</param>
public abstract record DocumentNode(int Line)
{
    /// <summary>What it is, for error texts: <c>the number 5</c>, <c>a list</c>.</summary>
    public abstract string Describe();
}
