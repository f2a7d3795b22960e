namespace Mesh.Benchmarks.RouteChanges;

/// <summary>When a change began, and whether it changes every route table of a sidecar or one resource.</summary>
/// <param name="At">A <see cref="System.Diagnostics.Stopwatch"/> timestamp; 0: none.</param>
/// <param name="IsEvery">Whether every table has to arrive.</param>
internal readonly record struct Stamp(long At, bool IsEvery)
{
    /// <summary>Stands before the digits of a change of one resource.</summary>
    public const char One = 't';

    /// <summary>Stands before the digits of a change of everything.</summary>
    public const char Every = 'a';
}
