using System.Collections.Immutable;
using Mesh.Cli.Processes;

namespace Mesh.Cli.Installation;

/// <summary>How a program of the mesh is started.</summary>
/// <param name="Program">Absolute path.</param>
/// <param name="Arguments">What comes before its own arguments.</param>
internal sealed record InstalledProgram(string Program, ImmutableArray<string> Arguments)
{
    /// <summary>Variables it needs to start.</summary>
    public ImmutableSortedDictionary<string, string> Environment { get; } = ChildStart.NoVariables.AddRange(Runtime());

    // A program built for the .NET runtime looks for it in the system's place; the one that runs us may be somewhere else, and is good enough.
    private static IEnumerable<KeyValuePair<string, string>> Runtime()
    {
        const string Variable = "DOTNET_ROOT";
        if (System.Environment.GetEnvironmentVariable(Variable) is { Length: > 0 })
        {
            return [];
        }

        // ROOT/shared/Microsoft.NETCore.App/VERSION/System.Private.CoreLib.dll
        var root = new FileInfo(typeof(object).Assembly.Location).Directory?.Parent?.Parent?.Parent?.FullName;
        return root is not null && File.Exists(Path.Combine(root, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet")) ? [new(Variable, root)] : [];
    }
}
