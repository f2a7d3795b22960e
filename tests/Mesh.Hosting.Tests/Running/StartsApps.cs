namespace Mesh.Hosting.Tests.Running;

/// <summary>Tests that start whole apps: one at a time, or they would only measure how busy the machine is.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class StartsApps
{
    public const string Name = "Starts apps";
}
