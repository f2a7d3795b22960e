using System.Collections.Immutable;
using Mesh.Model.Planning;

namespace Mesh.Cli.AppFiles;

/// <summary>A <c>mesh.yaml</c> that was read and found right.</summary>
internal sealed record AppDefinition
{
    /// <summary>The app's name, a DNS label.</summary>
    public required string Name { get; init; }

    /// <summary>Absolute path of the file.</summary>
    public required string File { get; init; }

    /// <summary>Absolute path of the directory with policies; <see langword="null"/>: there are none.</summary>
    public string? PoliciesDirectory { get; init; }

    /// <summary>How long a sidecar's certificate lives; renewed at half of it. Default: 1 h, SPIRE's.</summary>
    public TimeSpan CertificateLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>What the planner is told.</summary>
    public required MeshDescription Description { get; init; }

    /// <summary>How each service is run, in the order of the file.</summary>
    public ImmutableArray<ServiceDefinition> Services { get; init; } = [];
}
