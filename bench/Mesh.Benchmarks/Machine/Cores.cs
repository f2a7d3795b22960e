using System.Globalization;
using Mesh.Benchmarks.Native;

namespace Mesh.Benchmarks.Machine;

/// <summary>Who runs where: the proxies alone on one core, load generator and upstream on the other.</summary>
internal static class Cores
{
    /// <summary>The core of every proxy process.</summary>
    public const int Proxies = 0;

    /// <summary>The core of load generator and upstream.</summary>
    public const int Load = 1;

    /// <summary>Pins every thread of this process, and those it will start, to the load's core.</summary>
    public static void PinThisProcess() => ForEachThread(thread => Libc.PinThread(thread, Load));

    /// <summary>Does something for each thread that this process has now.</summary>
    public static void ForEachThread(Action<int> act)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc/self/task"))
        {
            act(int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture));
        }
    }
}
