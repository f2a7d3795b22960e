namespace Mesh.Benchmarks.Reporting;

/// <summary>One scenario's section of the results.</summary>
/// <param name="Title">Heading.</param>
/// <param name="Setup">What was done, in a sentence or two.</param>
/// <param name="Header">Columns.</param>
internal sealed record ScenarioReport(string Title, string Setup, IReadOnlyList<string> Header)
{
    public List<IReadOnlyList<string>> Rows { get; } = [];

    public List<Verdict> Verdicts { get; } = [];

    /// <summary>What a reader must know to weigh the numbers: noise, failures, candidates that did not run.</summary>
    public List<string> Notes { get; } = [];
}
