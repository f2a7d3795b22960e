using Mesh.EndToEnd.Tests.Running;

namespace Mesh.Hosting.Kubernetes.Tests.Nodes;

/// <summary>What a container is started from: folders that were built here, in the places where they are in the image.</summary>
/// <param name="Folders">Folders of this machine by their path in the image.</param>
/// <param name="Entrypoint">What runs unless the pod says otherwise.</param>
/// <param name="WorkingDirectory">Where.</param>
/// <param name="User">As whom, unless the pod says otherwise.</param>
internal sealed record Image(IReadOnlyDictionary<string, string> Folders, string Entrypoint, string WorkingDirectory, long User)
{
    /// <summary>The image of a name in the chart: the mesh's own, or an app's, which is always the test app.</summary>
    public static Image Of(string name) => name.StartsWith("mesh:", StringComparison.Ordinal)
        ? new Image(
            new Dictionary<string, string>
            {
                ["/app/proxy"] = Path.Combine(Path.GetDirectoryName(Built.Mesh)!, "proxy"),
                ["/app/control-plane"] = Path.Combine(Path.GetDirectoryName(Built.Mesh)!, "control-plane"),
            },
            "/app/control-plane/mesh-control-plane",
            "/",
            65532)
        : new Image(new Dictionary<string, string> { ["/app"] = Path.GetDirectoryName(Built.TestApp)! }, "/app/mesh-test-app", "/app", 1654); // the user of .NET's images

    /// <summary>A command line as the image runs it. Programs that were built without a starter of their own are started by dotnet.</summary>
    public IEnumerable<string> Command(IEnumerable<string> command)
    {
        var words = command.ToList();
        var folder = Folders.Single(f => words[0].StartsWith(f.Key + "/", StringComparison.Ordinal));
        return File.Exists(folder.Value + words[0][folder.Key.Length..]) ? words : ["/usr/share/dotnet/dotnet", "exec", words[0] + ".dll", .. words.Skip(1)];
    }
}
