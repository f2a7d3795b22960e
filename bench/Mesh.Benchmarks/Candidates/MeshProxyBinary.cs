using System.Globalization;

namespace Mesh.Benchmarks.Candidates;

/// <summary>The mesh-proxy that is measured.</summary>
/// <param name="File">Native binary, or a DLL for <c>dotnet</c>.</param>
internal sealed record MeshProxyBinary(string File)
{
    /// <summary>Whether it was compiled ahead of time: a portable build's file is a launcher with the DLL beside it.</summary>
    public bool IsNative => !File.EndsWith(".dll", StringComparison.Ordinal) && !System.IO.File.Exists(Path.ChangeExtension(File, ".dll"));

    public string Description
    {
        get
        {
            var size = new FileInfo(File).Length / 1024.0 / 1024.0;
            var at = System.IO.File.GetLastWriteTimeUtc(File).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
            return IsNative
                ? string.Create(CultureInfo.InvariantCulture, $"mesh-proxy, native AOT, {size:0.0} MiB, built {at}")
                : $"mesh-proxy, portable (JIT: its first seconds cost more), built {at}";
        }
    }

    /// <summary>The one that <c>build.sh</c> lays out, or the newest native one published, or the newest portable one.</summary>
    public static MeshProxyBinary? Find(string repository)
    {
        var artifacts = Path.Combine(repository, "artifacts");
        var laidOut = Path.Combine(artifacts, "mesh", "proxy", "mesh-proxy");
        if (System.IO.File.Exists(laidOut))
        {
            return new MeshProxyBinary(laidOut);
        }

        var found = ((string[])["publish/Mesh.Proxy", "bin/Mesh.Proxy"])
            .Select(folder => Path.Combine(artifacts, folder))
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "mesh-proxy", SearchOption.AllDirectories))
            .Select(file => new MeshProxyBinary(file))
            .ToList();
        return found.OrderByDescending(binary => (binary.IsNative, System.IO.File.GetLastWriteTimeUtc(binary.File))).FirstOrDefault();
    }

    public CommandLine Run(string bootstrap) => File.EndsWith(".dll", StringComparison.Ordinal)
        ? new CommandLine("dotnet", File, "run", "--bootstrap", bootstrap)
        : new CommandLine(File, "run", "--bootstrap", bootstrap);
}
