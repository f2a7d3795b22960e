using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Mesh.Model.Topology;

namespace Mesh.Proxy.Identity;

/// <summary>
/// Addresses to socket inode, inode to process (<c>fd</c> of <c>/proc</c>), process or ancestor to <c>MESH_WORKLOAD</c> (<c>environ</c>). It sees
/// processes of the same user; a process that cleans its environment and leaves its parents is seen as one without a service.
/// </summary>
internal sealed class LinuxPeerProcesses(ISocketInodes sockets, string proc = LinuxPeerProcesses.Root) : IPeerProcesses
{
    /// <summary>Where proc(5) is mounted.</summary>
    public const string Root = "/proc";

    private const string Mark = "MESH_WORKLOAD=";

    // Tables and descriptors are read in pieces while they change, and a piece may fall between: what is not there at first may be at second sight.
    private const int Attempts = 3;

    // An app opens many connections and there are few apps: their processes are looked at first. Start times tell a process from a later one of the same number.
    private readonly ConcurrentDictionary<int, (ulong Started, ServiceId? Workload)> _seen = new();

    /// <inheritdoc />
    public ValueTask<PeerProcess> FindAsync(IPEndPoint peer, IPEndPoint listener) => new(Task.Run(() => Find(peer, listener)));

    private PeerProcess Find(IPEndPoint peer, IPEndPoint listener)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (sockets.Find(Plain(peer), Plain(listener)) is { } inode && Holder($"socket:[{inode}]") is { } process)
            {
                return process;
            }
        }

        return PeerProcess.Unknown;
    }

    private PeerProcess? Holder(string target)
    {
        foreach (var pid in _seen.Keys)
        {
            if (Holds(pid, target) && Describe(pid) is { } process)
            {
                return process;
            }
        }

        foreach (var pid in LatestFirst())
        {
            if (!_seen.ContainsKey(pid) && Holds(pid, target) && Describe(pid) is { } process)
            {
                return process;
            }
        }

        return null;
    }

    // Who calls a sidecar was started about when it was; a machine's browser and editor, with their thousands of descriptors, long before.
    private IEnumerable<int> LatestFirst() => Directory.EnumerateDirectories(proc)
        .Select(d => int.TryParse(Path.GetFileName(d.AsSpan()), CultureInfo.InvariantCulture, out var pid) ? pid : 0)
        .Where(pid => pid > 0)
        .OrderDescending();

    private PeerProcess? Describe(int pid)
    {
        if (Stat(pid) is not { } stat)
        {
            _seen.TryRemove(pid, out _);
            return null;
        }

        // Between fork and exec a process has the environment of who started it: one without a mark may get it yet.
        if (!_seen.TryGetValue(pid, out var seen) || seen.Started != stat.Started || seen.Workload is null)
        {
            seen = (stat.Started, Workload(pid));
            Forget();
            _seen[pid] = seen;
        }

        return new PeerProcess(true, seen.Workload, pid);
    }

    private void Forget()
    {
        if (_seen.Count < 256)
        {
            return;
        }

        foreach (var pid in _seen.Keys)
        {
            if (Stat(pid) is null)
            {
                _seen.TryRemove(pid, out _);
            }
        }

        if (_seen.Count >= 256)
        {
            _seen.Clear();
        }
    }

    // The mark of the process itself, else of the nearest ancestor: a shell script that the app runs is the app.
    private ServiceId? Workload(int pid)
    {
        for (var depth = 0; pid > 1 && depth < 64; depth++)
        {
            if (Marked(pid) is { } service)
            {
                return service;
            }

            if (Stat(pid) is not { } stat)
            {
                return null;
            }

            pid = stat.Parent;
        }

        return null;
    }

    private ServiceId? Marked(int pid)
    {
        if (ProcFile.Read($"{proc}/{pid}/environ") is not { } environment)
        {
            return null;
        }

        foreach (var range in environment.AsSpan().Split('\0'))
        {
            var variable = environment.AsSpan(range);
            if (variable.StartsWith(Mark, StringComparison.Ordinal) && ServiceId.TryParse(variable[Mark.Length..].ToString(), ServiceId.DefaultNamespace, out var service))
            {
                return service;
            }
        }

        return null;
    }

    // Fields 4 and 22 of proc_pid_stat(5), after the command in parentheses, which may hold anything.
    private (int Parent, ulong Started)? Stat(int pid)
    {
        if (ProcFile.Read($"{proc}/{pid}/stat") is not { } stat || stat.LastIndexOf(')') is not (> 0 and var end))
        {
            return null;
        }

        var fields = stat[(end + 2)..].Split(' ');
        return fields.Length > 19
            && int.TryParse(fields[1], CultureInfo.InvariantCulture, out var parent)
            && ulong.TryParse(fields[19], CultureInfo.InvariantCulture, out var started)
                ? (parent, started)
                : null;
    }

    private bool Holds(int pid, string target)
    {
        try
        {
            foreach (var descriptor in new DirectoryInfo($"{proc}/{pid}/fd").EnumerateFileSystemInfos())
            {
                if (descriptor.LinkTarget == target)
                {
                    return true;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone meanwhile, or somebody else's: not to be told.
        }

        return false;
    }

    private static IPEndPoint Plain(IPEndPoint endPoint) =>
        endPoint.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(endPoint.Address.MapToIPv4(), endPoint.Port) : endPoint;
}
