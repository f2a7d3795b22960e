using System.Net;
using Mesh.Benchmarks.Certificates;
using Mesh.Benchmarks.Machine;

namespace Mesh.Benchmarks.Candidates;

/// <summary>What every candidate is given: a scratch folder, certificates, ports, and the upstream behind it.</summary>
internal sealed record Workplace(string Folder, BenchCertificates Certificates, FreePorts Ports, IPEndPoint Upstream)
{
    private int _folders;

    /// <summary>A new folder that only this user can open.</summary>
    public string NewFolder(string name)
    {
        var folder = Path.Combine(Folder, $"{Interlocked.Increment(ref _folders)}-{name}");
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return folder;
    }
}
