using System.Diagnostics;
using System.Globalization;

namespace Mesh.Hosting.Benchmarks;

/// <summary>With and without AddMesh, in turns.</summary>
internal sealed class StartUpComparison(TextWriter output)
{
    /// <summary>Measures, and writes the result.</summary>
    public int Run(Shape shape)
    {
        var (with, without) = (new List<Measured>(), new List<Measured>());
        for (var i = 0; i <= shape.Count; i++)
        {
            foreach (var (mesh, list) in new[] { (false, without), (true, with) })
            {
                var (measured, error) = Child.Run(shape with { Mesh = mesh });
                if (measured is null)
                {
                    output.WriteLine(error);
                    return 1;
                }

                output.WriteLine($"{(mesh ? "with   " : "without")} {measured.AnswerSeconds:0.00} s{(i == 0 ? " (warms the disk's cache, not counted)" : "")}");
                if (i > 0)
                {
                    list.Add(measured);
                }
            }
        }

        var text = Document(shape, with, without);
        output.WriteLine(text);
        if (shape.Results)
        {
            var commit = Git("rev-parse", "--short", "HEAD");
            File.WriteAllText(Path.Combine(Repository.Results, $"{DateTime.UtcNow:yyyy-MM-dd}-{commit}-{ProxyBuild.Current.Suffix}.md"), text);
        }

        return 0;
    }

    private static string Document(Shape shape, List<Measured> with, List<Measured> without)
    {
        var (slower, plain) = (Median(with, m => m.AnswerSeconds), Median(without, m => m.AnswerSeconds));
        var build = ProxyBuild.Current;
        return string.Create(CultureInfo.InvariantCulture, $"""
            # AddMesh on an AppHost with {shape.Services} services
            Commit {Git("rev-parse", "--short", "HEAD")}, {Environment.ProcessorCount} cores, {Git("log", "-1", "--format=%cs")}. Each start is a process of its own; with and without AddMesh in turns, {shape.Count} of each after one
            of each that does not count. The services are small ASP.NET Core apps in a chain, {shape.Replicas} replica(s) each; the time runs from the AppHost's first instruction to the first answer
            through all of them. Sidecars: {build.Name}; identity, mTLS, permissions and metrics on.

            | | without | with | difference | aim |
            | --- | --- | --- | --- | --- |
            | first answer through the chain, median | {plain:0.00} s | {slower:0.00} s | {slower - plain:+0.00;-0.00} s | at most {build.AimSeconds} s more |
            | slowest | {without.Max(m => m.AnswerSeconds):0.00} s | {with.Max(m => m.AnswerSeconds):0.00} s | | |
            | stop, median | {Median(without, m => m.StopSeconds):0.00} s | {Median(with, m => m.StopSeconds):0.00} s | | |
            | memory of all sidecars together (PSS) | | {Median(with, m => m.SidecarMebibytes):0} MiB | {with[0].Sidecars} sidecars | |
            | memory of the control plane (PSS) | | {Median(with, m => m.ControlPlaneMebibytes):0} MiB | | |

            """);
    }

    private static double Median(List<Measured> all, Func<Measured, double> of) => all.Select(of).Order().ElementAt(all.Count / 2);

    private static string Git(params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { RedirectStandardOutput = true, WorkingDirectory = Repository.Directory })!;
        return git.StandardOutput.ReadToEnd().Trim();
    }
}
