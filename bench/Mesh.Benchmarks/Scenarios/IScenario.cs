using Mesh.Benchmarks.Reporting;

namespace Mesh.Benchmarks.Scenarios;

/// <summary>One question, asked of every candidate it makes sense for.</summary>
internal interface IScenario
{
    /// <summary>What <c>--only</c> selects.</summary>
    string Name { get; }

    ScenarioReport Run(Bench bench);
}
