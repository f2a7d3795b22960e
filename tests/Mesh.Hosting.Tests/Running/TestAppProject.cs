using Aspire.Hosting;
using Mesh.Testing;

namespace Mesh.Hosting.Tests.Running;

/// <summary>The app that does what a test tells it, as a project, which can have replicas. Built already, as the projects that an AppHost references are: replicas that built it at once would be in each other's way.</summary>
internal sealed class TestAppProject : IProjectMetadata
{
    public string ProjectPath => Checkout.PathTo("tests", "Mesh.TestApp", "Mesh.TestApp.csproj");

    public bool SuppressBuild => true;
}
