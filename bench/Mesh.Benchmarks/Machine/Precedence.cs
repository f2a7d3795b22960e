using System.Globalization;
using Mesh.Benchmarks.Native;

namespace Mesh.Benchmarks.Machine;

/// <summary>Precedence over builds that run on the same machine, for this process and its children; disposing gives back what outlives the run.</summary>
internal sealed class Precedence : IDisposable
{
    private const int Nice = -15;

    // Where the kernel groups sessions (CONFIG_SCHED_AUTOGROUP), nice values compare only inside one, and the session has a weight of its own.
    private const string Session = "/proc/self/autogroup";
    private readonly string? _sessionBefore;

    private Precedence(bool granted, string? sessionBefore)
    {
        Granted = granted;
        _sessionBefore = sessionBefore;
    }

    /// <summary>Whether the kernel gave it, which needs privileges.</summary>
    public bool Granted { get; }

    public static Precedence Take()
    {
        var granted = true;
        Cores.ForEachThread(thread => granted &= Libc.SetNice(thread, Nice));
        string? before = null;
        try
        {
            if (granted && File.Exists(Session) && File.ReadAllText(Session).Trim().Split(' ') is [_, "nice", var found])
            {
                File.WriteAllText(Session, Nice.ToString(CultureInfo.InvariantCulture));
                before = found;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            granted = false;
        }

        return new Precedence(granted, before);
    }

    public void Dispose()
    {
        if (_sessionBefore is not null)
        {
            File.WriteAllText(Session, _sessionBefore);
        }
    }
}
