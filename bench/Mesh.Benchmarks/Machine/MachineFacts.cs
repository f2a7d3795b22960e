using System.Globalization;
using System.Runtime.InteropServices;

namespace Mesh.Benchmarks.Machine;

/// <summary>What a reader needs to know about the machine before believing a number.</summary>
internal sealed record MachineFacts(string Cpu, int Cores, string Kernel, string Memory, string Runtime)
{
    public static MachineFacts Read()
    {
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
        var memory = File.ReadLines("/proc/meminfo").First(line => line.StartsWith("MemTotal:", StringComparison.Ordinal));
        var kibibytes = long.Parse(memory.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        return new MachineFacts(
            model?[(model.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString(),
            File.ReadLines("/proc/stat").Count(line => line.StartsWith("cpu", StringComparison.Ordinal) && char.IsAsciiDigit(line[3])),
            $"{File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}, {RuntimeInformation.OSDescription}",
            string.Create(CultureInfo.InvariantCulture, $"{kibibytes / 1024.0 / 1024.0:0.0} GiB"),
            RuntimeInformation.FrameworkDescription);
    }

    /// <summary>Load averages of 1, 5 and 15 minutes.</summary>
    public static string LoadAverage() => string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]);
}
