using System.Runtime.InteropServices;

namespace Mesh.Benchmarks.Native;

/// <summary>The few system calls that .NET has no name for: pinning, priorities, exact sleeping, and an event loop without a thread pool.</summary>
internal static unsafe partial class Libc
{
    public const int EpollIn = 1;
    public const int EpollAdd = 1;
    public const int EpollDelete = 2;
    public const int NonBlocking = 0x800;
    public const int NoSignal = 0x4000;
    public const int Again = 11;
    private const int Monotonic = 1;
    private const int AbsoluteTime = 1;
    private const int SetTimerSlack = 29;
    private const int SetParentDeathSignal = 1;
    private const int KillSignal = 9;

    /// <summary>Pins one thread (0: the calling one) to one core.</summary>
    public static bool PinThread(int thread, int core)
    {
        // A cpu_set_t is 1024 bits; longer machines than that are not measured here.
        var mask = stackalloc ulong[16];
        new Span<ulong>(mask, 16).Clear();
        mask[core / 64] = 1UL << (core % 64);
        return SchedSetAffinity(thread, 128, mask) == 0;
    }

    /// <summary>Gives one thread (0: the calling one) a nice value; below zero needs privileges.</summary>
    public static bool SetNice(int thread, int nice) => SetPriority(0, (uint)thread, nice) == 0;

    /// <summary>Sleeps until a <see cref="System.Diagnostics.Stopwatch"/> timestamp, which on Linux is the monotonic clock in nanoseconds.</summary>
    public static void SleepUntil(long timestamp)
    {
        var at = stackalloc long[2];
        at[0] = timestamp / 1_000_000_000;
        at[1] = timestamp % 1_000_000_000;
        _ = ClockNanosleep(Monotonic, AbsoluteTime, at, null);
    }

    /// <summary>Lets the calling thread's sleeps end on time instead of up to 50 us later.</summary>
    public static void WantExactSleep() => _ = Prctl(SetTimerSlack, 1, 0, 0, 0);

    /// <summary>The calling process dies with the process that started it.</summary>
    public static void DieWithParent() => _ = Prctl(SetParentDeathSignal, KillSignal, 0, 0, 0);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static partial int SchedSetAffinity(int thread, nint size, ulong* mask);

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    private static partial int SetPriority(int which, uint who, int nice);

    [LibraryImport("libc", EntryPoint = "clock_nanosleep")]
    private static partial int ClockNanosleep(int clock, int flags, long* request, long* remaining);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Prctl(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int poller, int operation, int socket, byte* what);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(int poller, byte* events, int count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    public static partial int Accept(int listener, void* address, void* length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int socket, byte* buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(int socket, byte* buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int FileControl(int descriptor, int command, int value);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int process, int signal);
}
