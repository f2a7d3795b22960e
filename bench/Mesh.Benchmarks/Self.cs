namespace Mesh.Benchmarks;

/// <summary>How to start this program again as another process.</summary>
internal static class Self
{
    public static string Program => Environment.ProcessPath!;

    /// <summary>What comes before the verb.</summary>
    public static IReadOnlyList<string> Arguments => Path.GetFileNameWithoutExtension(Program) == "dotnet" ? [typeof(Self).Assembly.Location] : [];
}
