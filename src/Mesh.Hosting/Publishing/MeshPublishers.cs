using System.Reflection;

namespace Mesh.Hosting.Publishing;

/// <summary>The publishers that the AppHost references. They are found by their assemblies' names: a package that is there is meant to be used.</summary>
internal static class MeshPublishers
{
    private static readonly string[] Assemblies = ["Mesh.Hosting.Kubernetes", "Mesh.Hosting.Docker"];

    /// <summary>Finds them.</summary>
    public static IReadOnlyList<MeshPublisher> Find() => [.. Assemblies.Select(Load).OfType<MeshPublisher>()];

    private static MeshPublisher? Load(string assembly)
    {
        try
        {
            var type = Assembly.Load(assembly).GetTypes().Single(t => t.IsSubclassOf(typeof(MeshPublisher)));
            return (MeshPublisher)Activator.CreateInstance(type, nonPublic: true)!;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }
}
