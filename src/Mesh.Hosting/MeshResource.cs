using System.Collections.Immutable;
using System.Reflection;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Mesh.Hosting;

/// <summary>The mesh of an AppHost. As a process it is the control plane.</summary>
[AspireExport(ExposeProperties = true)]
public sealed class MeshResource : ExecutableResource
{
    internal MeshResource(string name, MeshOptions options, IDistributedApplicationBuilder builder)
        : base(name, "mesh-control-plane", ".")
    {
        Options = options;
        Builder = builder;
        AppHostDirectory = builder.AppHostDirectory;
        AppHostAssembly = builder.AppHostAssembly;
        AppHostName = NameOf(builder);
    }

    /// <summary>The AppHost's builder.</summary>
    internal IDistributedApplicationBuilder Builder { get; }

    /// <summary>Where the AppHost's project or file is.</summary>
    internal string AppHostDirectory { get; }

    /// <summary>The AppHost's assembly, on which build targets stamp paths; <see langword="null"/> for hosts of other languages.</summary>
    internal Assembly? AppHostAssembly { get; }

    /// <summary>What people call the AppHost: its project, or the folder it is in where the program has a name that says nothing.</summary>
    internal string AppHostName { get; }

    /// <summary>What the AppHost said about the mesh; read when the app starts.</summary>
    internal MeshOptions Options { get; }

    /// <summary>Full path of the directory of policy files; <see langword="null"/>: none.</summary>
    internal string? PoliciesDirectory => Options.PoliciesDirectory is { } directory ? Path.GetFullPath(directory, AppHostDirectory) : null;

    /// <summary>What the mesh of the running app is; <see langword="null"/> until the app starts.</summary>
    internal Running.RunningMesh? Running { get; set; }

    /// <summary>The image that is built with what is published. <see langword="null"/>: one that somebody built before.</summary>
    internal Publishing.MeshImageResource? Image { get; set; }

    /// <summary>The sidecars that were added to the app.</summary>
    internal ImmutableArray<MeshSidecarResource> Sidecars { get; set; } = [];

    // A file-based AppHost is called after its file, apphost.cs; one in another language after the program that runs it.
    private static string NameOf(IDistributedApplicationBuilder builder) =>
        builder.Environment.ApplicationName is var name && name.ToLowerInvariant() is not ("apphost" or "aspire-managed") ? name
        : Path.GetFileName(Path.TrimEndingDirectorySeparator(builder.AppHostDirectory)) is { Length: > 0 } folder ? folder
        : name;
}
