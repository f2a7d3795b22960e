using Aspire.Hosting;

namespace Mesh.Hosting.Diagnostics;

/// <summary>Which versions of Aspire the mesh goes with: it stands between an app and its orchestrator, and how those two agree changes between versions.</summary>
internal static class AspireVersion
{
    /// <summary>The oldest whose way of giving out addresses it knows.</summary>
    public static Version Oldest { get; } = new(13, 5);

    /// <summary>The one that runs.</summary>
    public static Version Running => typeof(IDistributedApplicationBuilder).Assembly.GetName().Version!;

    /// <summary>Whether it is older.</summary>
    public static bool IsTooOld(Version version) => version < Oldest;

    /// <summary>Whether it is of a later major version, which nobody has tried.</summary>
    public static bool IsUntried(Version version) => version.Major > Oldest.Major;
}
