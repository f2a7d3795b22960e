namespace Mesh.Hostile.Tests.Http2;

/// <summary>Tests that look at the memory of the process, and so run while no other does.</summary>
[CollectionDefinition(nameof(MeasuresMemory), DisableParallelization = true)]
public sealed class MeasuresMemory;
