using Mesh.Hosting.Diagnostics;
using Mesh.Hosting.Installation;
using Microsoft.Extensions.Configuration;

namespace Mesh.Hosting.Publishing;

/// <summary>
/// What the mesh's image is built from: a Dockerfile that only copies, and the programs that came with this package, for each architecture those with native code where the package has
/// them, else the portable ones. Nothing is compiled or fetched but the base image.
/// </summary>
internal sealed class MeshImageFolder(MeshResource mesh, IConfiguration configuration, string baseImage)
{
    /// <summary>The Dockerfile's name.</summary>
    public const string Dockerfile = "Dockerfile";

    /// <summary>The image's name on this machine.</summary>
    public const string Name = "mesh";

    /// <summary>The image's user, in numbers, so that the kubelet can see that it is not root.</summary>
    public const int User = 65532;

    /// <summary>Has the ASP.NET Core runtime and nothing else: no shell, no package manager.</summary>
    public const string BaseImage = "mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled";

    private static readonly (string Docker, string System)[] Architectures = [("amd64", "linux-x64"), ("arm64", "linux-arm64")];

    private static readonly string[] LeftOut = [".pdb", ".xml", ".dbg", ".config"];

    /// <summary>The image's tag on this machine: the version.</summary>
    public static string Tag { get; } = typeof(MeshImageFolder).Assembly.GetName().Version!.ToString(3);

    /// <summary>Writes it anew.</summary>
    public async Task WriteAsync(string folder, CancellationToken cancellationToken)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        foreach (var (docker, system) in Architectures)
        {
            foreach (var programs in Programs(system))
            {
                Copy(programs, Path.Combine(folder, docker));
            }
        }

        // An empty directory is copied by no tool that people keep such folders with.
        await WriteAsync(Path.Combine(folder, "state", ".keep"), "", cancellationToken);
        await WriteAsync(Path.Combine(folder, Dockerfile), Text(), cancellationToken);
    }

    private static Task WriteAsync(string path, string text, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return File.WriteAllTextAsync(path, text, cancellationToken);
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            // Without an extension it is a program of the system that packed this, which `dotnet` makes needless.
            if (Path.GetExtension(file) is { Length: > 0 } extension && !LeftOut.Contains(extension))
            {
                var copy = Path.Combine(to, Path.GetRelativePath(from, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy, overwrite: true);
            }
        }
    }

    // Both programs in one folder: what they share is the same, for they are published together.
    private string[] Programs(string system)
    {
        string?[] given = [mesh.Options.ControlPlanePath ?? configuration["Mesh:ControlPlanePath"], mesh.Options.ProxyPath ?? configuration["Mesh:ProxyPath"]];
        if (given.All(g => g is { Length: > 0 } && Path.GetExtension(g) == ".dll" && File.Exists(g)))
        {
            return [.. given.Select(g => Path.GetDirectoryName(Path.GetFullPath(g!))!)];
        }

        var folders = new MeshPrograms(configuration, mesh.AppHostAssembly).Folders.ToList();
        string[][] places = [.. folders.Select(f => (string[])[Path.Combine(f, system)]), .. folders.Select(f => (string[])[Path.Combine(f, "control-plane"), Path.Combine(f, "proxy")])];
        return places.FirstOrDefault(p => File.Exists(Path.Combine(p[0], "mesh-control-plane.dll")) && File.Exists(Path.Combine(p[^1], "mesh-proxy.dll")))
            ?? throw MeshDiagnostics.ImageProgramsMissing(folders);
    }

    private string Text() => $"""
        # The image of the mesh: sidecars and control plane, as the package Mesh.Hosting {Tag} has them. Written by aspire publish (WithImageBuild).
        #   docker build -t {Name}:{Tag} .
        FROM {baseImage}
        ARG TARGETARCH
        COPY $TARGETARCH/ /app/
        # A new volume that is mounted there takes its owner from here: Compose has no other way to give one to a user.
        COPY --chown={User}:{User} state/ /var/lib/mesh/
        # In numbers, so that the kubelet can see that it is not root. Nothing is written but to volumes.
        USER {User}:{User}
        ENV DOTNET_EnableDiagnostics=0
        ENTRYPOINT ["dotnet", "/app/mesh-control-plane.dll"]

        """.ReplaceLineEndings("\n");
}
