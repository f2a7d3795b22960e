namespace Mesh.Hostile.Tests.Fuzz;

/// <summary>One parser that reads what others wrote.</summary>
/// <param name="Name">Its name; the folder of its finds in <c>Corpus/fuzz</c>.</param>
/// <param name="Seeds">Right inputs to begin from.</param>
/// <param name="Words">Pieces that mean something to it, to be put in.</param>
/// <param name="Run">Reads an input. It throws only for a defect: what the parser documents to throw is caught inside.</param>
/// <param name="Rounds">Inputs in a run of all tests; chosen so that each takes about a second.</param>
internal sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Seeds, IReadOnlyList<string> Words, Action<byte[]> Run, int Rounds = 3000)
{
    /// <inheritdoc />
    public override string ToString() => Name;
}
