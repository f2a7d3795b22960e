using System.Text;
using Mesh.ControlPlane.Api;

namespace Mesh.ControlPlane.Tests.Fakes;

/// <summary>An audit trail on a disk that is full whenever a test says so.</summary>
internal sealed class BrittleAuditLog : IAuditLog
{
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];

    /// <summary>How many more writes succeed.</summary>
    public int Room { get; set; } = int.MaxValue;

    public string[] Lines
    {
        get
        {
            lock (_lock)
            {
                return [.. _lines];
            }
        }
    }

    public IEnumerable<string> Latest(int count) => Lines.TakeLast(count);

    public void Append(ReadOnlySpan<byte> lines)
    {
        lock (_lock)
        {
            if (Room-- <= 0)
            {
                throw new IOException("No space left on device");
            }

            _lines.AddRange(Encoding.UTF8.GetString(lines).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
    }
}
