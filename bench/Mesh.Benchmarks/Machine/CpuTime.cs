namespace Mesh.Benchmarks.Machine;

/// <summary>CPU time in microseconds, resolution 10 ms.</summary>
/// <param name="User">In the program itself.</param>
/// <param name="System">In the kernel on its behalf.</param>
internal readonly record struct CpuTime(double User, double System)
{
    public double Total => User + System;

    public static CpuTime operator +(CpuTime left, CpuTime right) => new(left.User + right.User, left.System + right.System);

    public static CpuTime operator -(CpuTime left, CpuTime right) => new(left.User - right.User, left.System - right.System);
}
