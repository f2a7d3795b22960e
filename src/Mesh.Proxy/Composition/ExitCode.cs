namespace Mesh.Proxy.Composition;

/// <summary>What the process ends with.</summary>
internal static class ExitCode
{
    /// <summary>All went well, a drain after a signal included.</summary>
    public const int Success = 0;

    /// <summary>It was started and failed, or it is not healthy.</summary>
    public const int Failure = 1;

    /// <summary>It was called wrongly or the bootstrap file is wrong (EX_USAGE of sysexits.h). No port was bound.</summary>
    public const int Usage = 64;
}
