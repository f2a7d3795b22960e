namespace Mesh.Cli;

/// <summary>What the process ends with; docs/cli.md lists them. From 64 on they are sysexits.h's.</summary>
internal static class ExitCode
{
    /// <summary>Done; for <c>mesh up</c>: stopped by the user.</summary>
    public const int Ok = 0;

    /// <summary>What the user gave is wrong: a document, a name that is not there, a change that the control plane refused.</summary>
    public const int Invalid = 1;

    /// <summary>Something that <c>mesh up</c> started failed and stayed down before the app was ready; the sidecar beside an app ended by itself.</summary>
    public const int Failed = 2;

    /// <summary>With <c>mesh explain --exit-code</c>: no app would answer the request.</summary>
    public const int NotReached = 3;

    /// <summary>The command line cannot be understood (EX_USAGE).</summary>
    public const int Usage = 64;

    /// <summary>A file that has to be there is not (EX_NOINPUT).</summary>
    public const int NoInput = 66;

    /// <summary>Something needed is not to be had: control plane, proxy, a port, the state directory's lock (EX_UNAVAILABLE).</summary>
    public const int Unavailable = 69;

    /// <summary>A defect of mesh itself (EX_SOFTWARE).</summary>
    public const int Software = 70;

    /// <summary>The API says no to this token (EX_NOPERM).</summary>
    public const int NoPermission = 77;

    /// <summary>Stopped by the user before the app was ready (128 + SIGINT).</summary>
    public const int Interrupted = 130;
}
