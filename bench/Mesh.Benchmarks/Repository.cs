using Mesh.Benchmarks.Machine;

namespace Mesh.Benchmarks;

/// <summary>Where this build comes from.</summary>
internal sealed record Repository(string Root, string Commit)
{
    public static Repository Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Mesh.sln")))
        {
            folder = folder.Parent;
        }

        var root = folder?.FullName ?? throw new InvalidOperationException("mesh-bench runs from a build inside the repository: no Mesh.sln above it");
        var limit = TimeSpan.FromSeconds(10);
        var commit = ChildProcess.Run(limit, "git", "-C", root, "rev-parse", "--short", "HEAD")?.Trim();
        var changes = ChildProcess.Run(limit, "git", "-C", root, "status", "--porcelain", "--untracked-files=no")?.Trim();
        return new Repository(root, $"{commit ?? "unknown"}{(string.IsNullOrEmpty(changes) ? "" : "-changed")}");
    }
}
