namespace Mesh.Testing;

/// <summary>Aspire's orchestrator and dashboard, as the Aspire CLI brings them.</summary>
public static class AspireBundle
{
    public const string DcpVariable = "ASPIRE_DCP_PATH";
    public const string DashboardVariable = "ASPIRE_DASHBOARD_PATH";

    /// <summary>Why a test that starts an AppHost does not run here, and what changes that.</summary>
    public const string Missing =
        $"Aspire's orchestrator is not on this machine: install the Aspire CLI and run 'aspire setup', or set {DcpVariable}.";

    /// <summary>The orchestrator's folder: what <c>ASPIRE_DCP_PATH</c> says, else the CLI's. <see langword="null"/>: there is none.</summary>
    public static string? Dcp { get; } = Existing(DcpVariable, "dcp");

    /// <summary>The dashboard's program: what <c>ASPIRE_DASHBOARD_PATH</c> says, else the CLI's. <see langword="null"/>: there is none.</summary>
    public static string? Dashboard { get; } = Existing(DashboardVariable, "managed", OperatingSystem.IsWindows() ? "aspire-managed.exe" : "aspire-managed");

    /// <summary>The command line. <see langword="null"/>: it is not on <c>PATH</c>.</summary>
    public static string? CommandLine { get; } = MachineProgram.Find("aspire");

    private static string? Existing(string variable, params string[] inBundle)
    {
        var home = Environment.GetEnvironmentVariable("ASPIRE_HOME") is { Length: > 0 } told
            ? told
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".aspire");
        string?[] places = [Environment.GetEnvironmentVariable(variable), Path.Combine([home, "bundle", .. inBundle])];
        return places.FirstOrDefault(Path.Exists);
    }
}
