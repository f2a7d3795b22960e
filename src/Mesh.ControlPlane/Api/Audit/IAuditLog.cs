namespace Mesh.ControlPlane.Api;

/// <summary>Lines that outlive the process.</summary>
internal interface IAuditLog
{
    /// <summary>The last lines, the oldest first. The very last may be half a line.</summary>
    IEnumerable<string> Latest(int count);

    /// <summary>Writes whole lines; they are on the disk when it returns.</summary>
    /// <exception cref="IOException">They are not written and will not be.</exception>
    void Append(ReadOnlySpan<byte> lines);
}
