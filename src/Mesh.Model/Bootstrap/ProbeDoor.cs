namespace Mesh.Model.Bootstrap;

/// <summary>One path of an app that a probe may get; everything else is refused there.</summary>
public sealed record ProbeDoor
{
    /// <summary><c>ip:port</c>; doors of several paths may share it.</summary>
    public required string Address { get; init; }

    /// <summary>The path, exactly, such as <c>/health</c>.</summary>
    public required string Path { get; init; }

    /// <summary>The app's port by name (see <see cref="SidecarBootstrap.Applications"/>).</summary>
    public required string Application { get; init; }
}
