using System.Globalization;

namespace Mesh.Hosting.Benchmarks;

/// <summary>What is started, and how often.</summary>
/// <param name="Services">How many services call each other in a chain.</param>
/// <param name="Replicas">Replicas of each.</param>
/// <param name="Mesh">Whether the AppHost has AddMesh.</param>
/// <param name="Count">How many times.</param>
/// <param name="Results">Whether a file is written to bench/results.</param>
internal sealed record Shape(int Services, int Replicas, bool Mesh, int Count, bool Results)
{
    /// <summary>Reads the options.</summary>
    public static Shape Parse(ReadOnlySpan<string> arguments)
    {
        var shape = new Shape(Services: 10, Replicas: 1, Mesh: true, Count: 5, Results: true);
        for (var i = 0; i < arguments.Length; i++)
        {
            shape = arguments[i] switch
            {
                "--services" => shape with { Services = Number(arguments, ++i) },
                "--replicas" => shape with { Replicas = Number(arguments, ++i) },
                "--count" => shape with { Count = Number(arguments, ++i) },
                "--no-mesh" => shape with { Mesh = false },
                "--no-results" => shape with { Results = false },
                var other => throw new ArgumentException($"'{other}' is no option; use --services, --replicas, --count, --no-mesh or --no-results"),
            };
        }

        return shape;
    }

    /// <summary>Says how to call it.</summary>
    public static int Usage(TextWriter error)
    {
        error.WriteLine("""
            mesh-hosting-bench start-up [--services 10] [--replicas 1] [--count 5]   with and without AddMesh in turns; writes bench/results
            mesh-hosting-bench starts [--services 3] [--replicas 1] [--count 100]    many starts in a row; fails if one hangs or a sidecar dies
            """);
        return 64;
    }

    /// <summary>The options again.</summary>
    public string[] ToArguments() =>
    [
        "--services", Services.ToString(CultureInfo.InvariantCulture),
        "--replicas", Replicas.ToString(CultureInfo.InvariantCulture),
        .. Mesh ? Array.Empty<string>() : ["--no-mesh"],
    ];

    private static int Number(ReadOnlySpan<string> arguments, int at) =>
        at < arguments.Length && int.TryParse(arguments[at], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new ArgumentException($"{arguments[at - 1]} needs a number from 1");
}
