namespace Mesh.Yaml;

/// <summary>Ends the reading of a text that asks for more than documents need.</summary>
internal sealed class TooMuchException(string message, int line) : Exception(message)
{
    /// <summary>Line in the text, from 1.</summary>
    public int Line { get; } = line;
}
