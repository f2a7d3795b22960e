using System.Globalization;

namespace Mesh.Benchmarks.Machine;

/// <summary>What the kernel says a process used.</summary>
internal static class ProcessAccounting
{
    // USER_HZ is 100 on every Linux that .NET runs on; it is an ABI constant, not the kernel's tick.
    private const double MicrosecondsPerTick = 10_000;

    /// <summary>CPU time since the process started, user and system.</summary>
    public static CpuTime Cpu(int process)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");

        // The name in parentheses may hold spaces; the fields count from after it. utime and stime are fields 14 and 15.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return new CpuTime(
            double.Parse(fields[11], CultureInfo.InvariantCulture) * MicrosecondsPerTick,
            double.Parse(fields[12], CultureInfo.InvariantCulture) * MicrosecondsPerTick);
    }

    /// <summary>Resident memory now, MiB.</summary>
    public static double ResidentMebibytes(int process) => StatusMebibytes(process, "VmRSS:");

    /// <summary>The most resident memory since <see cref="ForgetPeak"/>, MiB.</summary>
    public static double PeakMebibytes(int process) => StatusMebibytes(process, "VmHWM:");

    /// <summary>Starts the peak anew from what is resident now.</summary>
    public static void ForgetPeak(int process) => File.WriteAllText($"/proc/{process}/clear_refs", "5");

    /// <summary>Busy time of one core since boot, microseconds: everything but idle and waiting for disks.</summary>
    public static double CoreBusyMicroseconds(int core)
    {
        var prefix = $"cpu{core} ";
        var line = File.ReadLines("/proc/stat").First(candidate => candidate.StartsWith(prefix, StringComparison.Ordinal));
        var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        // user nice system (idle iowait) irq softirq steal
        return (Ticks(1) + Ticks(2) + Ticks(3) + Ticks(6) + Ticks(7) + Ticks(8)) * MicrosecondsPerTick;

        double Ticks(int index) => double.Parse(fields[index], CultureInfo.InvariantCulture);
    }

    private static double StatusMebibytes(int process, string field)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(candidate => candidate.StartsWith(field, StringComparison.Ordinal));
        var kibibytes = line[field.Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
        return double.Parse(kibibytes, CultureInfo.InvariantCulture) / 1024;
    }
}
