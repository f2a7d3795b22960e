namespace Mesh.Benchmarks;

/// <summary>What the command line asks for.</summary>
internal sealed record Arguments
{
    public const string Usage = """
        mesh-bench side-by-side [--quick] [--only NAME]... [--proxy FILE] [--results FOLDER]
            measures the sidecar pair next to haproxy and nginx and writes bench/results/<date>-<commit>.md
            --quick    fewer, shorter rounds: under four minutes
            --only     one scenario of: cpu64, cpu4, policies, rate, memory, start, tunnel, stream, handshakes, route-change, fleet
            --candidate  only candidates whose name contains this, and the baseline
            --proxy    the mesh-proxy to measure; default: the newest native binary under artifacts/, else the portable build
            --results  where the document goes; default: bench/results of the repository
        mesh-bench micro [BENCHMARKDOTNET OPTIONS]
            the hot paths one by one, with what they allocate; reports go to artifacts/micro
        mesh-bench pair --candidate NAME [--proxy FILE]
            starts one pair with its upstream, says where it is, and ends it when the input ends: for profilers
        mesh-bench upstream ADDRESS:PORT
            the upstream of the measurements on its own
        """;

    public bool Quick { get; private set; }

    public List<string> Only { get; } = [];

    public List<string> Candidates { get; } = [];

    public string? Proxy { get; private set; }

    public string? Results { get; private set; }

    /// <exception cref="ArgumentException">Something is not understood; the message says what.</exception>
    public static Arguments Parse(ReadOnlySpan<string> values)
    {
        var arguments = new Arguments();
        for (var index = 0; index < values.Length; index++)
        {
            switch (values[index])
            {
                case "--quick":
                    arguments.Quick = true;
                    break;
                case "--only":
                    arguments.Only.Add(Next(values, ref index));
                    break;
                case "--candidate":
                    arguments.Candidates.Add(Next(values, ref index));
                    break;
                case "--proxy":
                    arguments.Proxy = Path.GetFullPath(Next(values, ref index));
                    break;
                case "--results":
                    arguments.Results = Path.GetFullPath(Next(values, ref index));
                    break;
                default:
                    throw new ArgumentException($"{values[index]} is not understood");
            }
        }

        return arguments;
    }

    private static string Next(ReadOnlySpan<string> values, ref int index) =>
        ++index < values.Length ? values[index] : throw new ArgumentException($"{values[index - 1]} needs a value");
}
