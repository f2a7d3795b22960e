using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Mesh.Benchmarks.Candidates;
using Mesh.Benchmarks.Certificates;
using Mesh.Benchmarks.Load;
using Mesh.Benchmarks.Machine;
using Mesh.Benchmarks.Native;
using Mesh.Benchmarks.PolicyCost;
using Mesh.Benchmarks.Reporting;
using Mesh.Benchmarks.Scenarios;
using Mesh.Model.Snapshots;

namespace Mesh.Benchmarks;

/// <summary>The whole run: prepare, let every scenario ask every candidate, write the document, leave nothing behind.</summary>
internal sealed class SideBySide(Arguments arguments, TimeProvider clock, TextWriter output, TextWriter progress)
{
    private IScenario[] Scenarios(Repository repository) =>
    [
        new CpuPerRequest("cpu64", "HTTP pair", bench => bench.On(Wire.Http), 64, Bench.Baseline, Bench.Ours, 1.5),
        new CpuPerRequest("cpu4", "HTTP pair", bench => bench.On(Wire.Http), 4, Bench.Baseline, Bench.Ours, null),
        new CpuPerRequest("policies", "every policy but access logs (PolicyCost/policies.yaml)", _ => PolicyPairs(repository), 64, PolicyMesh.WithoutName, PolicyMesh.WithName, 1.15, rounds: 9),
        new FixedRate(),
        new CpuPerRequest(
            "tunnel", "TCP tunnel pair", bench => bench.On(Wire.Tcp).Where(candidate => candidate is not HaproxyTcpPair { Name: not "haproxy tcp" }), 64, "haproxy tcp", "mesh tcp", 1.2),
        new Memory(),
        new StartUp(),
        new BodyStream(),
        new HandshakeBurst(),
        new RouteChange(repository.Root, Proxy(repository)),
        new Fleet(repository.Root),
    ];

    public int Run()
    {
        var repository = Repository.Find();
        var scenarios = Scenarios(repository);
        var chosen = scenarios.Where(scenario => arguments.Only.Count == 0 || arguments.Only.Contains(scenario.Name)).ToList();
        if (chosen.Count == 0)
        {
            output.WriteLine($"--only {string.Join(' ', arguments.Only)}: no such scenario; there are {string.Join(", ", scenarios.Select(scenario => scenario.Name))}");
            return 64;
        }

        Cores.PinThisProcess();
        using var precedence = Precedence.Take();
        var started = clock.GetUtcNow();
        var conditions = $"load average before {MachineFacts.LoadAverage()}; {(precedence.Granted ? "everything measured runs at nice -15" : "no precedence over other work: run as root for nice -15")}"
            + (arguments.Quick ? "; quick run" : "");
        var scratch = Directory.CreateTempSubdirectory("mesh-bench-").FullName;
        try
        {
            var ports = new FreePorts();
            var upstream = new IPEndPoint(IPAddress.Loopback, ports.Take());
            using var responder = StartUpstream(upstream);
            var workplace = new Workplace(scratch, BenchCertificates.Create(Path.Combine(scratch, "certificates"), started), ports, upstream);
            var all = Lineup(repository);
            var able = all.Where(candidate => candidate.Missing is null).ToList();
            var leftOut = all.Where(candidate => candidate.Missing is not null).Select(candidate => $"{candidate.Name}: {candidate.Missing}").ToList();
            var load = new ClosedLoop();
            var bench = new Bench(workplace, able, load, arguments.Quick, progress.WriteLine);
            var reports = new List<ScenarioReport>();
            foreach (var scenario in chosen)
            {
                progress.WriteLine($"{scenario.Name} …");
                reports.Add(RunOne(scenario, bench));
            }

            conditions += string.Create(
                CultureInfo.InvariantCulture,
                $", took {(clock.GetUtcNow() - started).TotalMinutes:0.0} min, load average after {MachineFacts.LoadAverage()}");
            var document = new ResultsDocument(MachineFacts.Read(), repository.Commit, started, conditions).Write(able, leftOut, reports);
            var folder = arguments.Results ?? Path.Combine(repository.Root, "bench", "results");
            Directory.CreateDirectory(folder);
            var file = Path.Combine(folder, $"{started.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}-{repository.Commit}{(arguments.Quick ? "-quick" : "")}.md");
            File.WriteAllText(file, document);
            output.WriteLine(document);
            output.WriteLine(Path.GetRelativePath(repository.Root, file));
            return 0;
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static ScenarioReport RunOne(IScenario scenario, Bench bench)
    {
        try
        {
            return scenario.Run(bench);
        }
        catch (Exception error) when (error is IOException or SocketException or InvalidOperationException)
        {
            bench.Progress($"  {scenario.Name} broke off: {error.Message}");
            return new ScenarioReport(scenario.Name, "Broke off.", ["error"]) { Rows = { (string[])[error.Message.ReplaceLineEndings(" ")] } };
        }
    }

    /// <summary>Starts one pair and keeps it until the input ends.</summary>
    public int Hold(TextReader input)
    {
        var repository = Repository.Find();
        var candidate = Lineup(repository).Find(each => arguments.Candidates.Contains(each.Name));
        if (candidate is null)
        {
            output.WriteLine($"--candidate takes one of {string.Join(", ", Lineup(repository).Select(each => each.Name))}");
            return 64;
        }

        if (candidate.Missing is { } reason)
        {
            output.WriteLine(reason);
            return 1;
        }

        var scratch = Directory.CreateTempSubdirectory("mesh-bench-").FullName;
        try
        {
            var ports = new FreePorts();
            var upstream = new IPEndPoint(IPAddress.Loopback, ports.Take());
            using var responder = StartUpstream(upstream);
            var workplace = new Workplace(scratch, BenchCertificates.Create(Path.Combine(scratch, "certificates"), clock.GetUtcNow()), ports, upstream);
            var plan = candidate.Prepare(workplace);
            using var far = plan.StartFar();
            using var near = plan.StartNear();
            output.WriteLine($"http://{plan.Entry}/ near {near.Id} far {far.Id} upstream {responder.Id} files {scratch}");
            input.ReadToEnd();
            output.WriteLine(near.Output);
            output.WriteLine(far.Output);
            return 0;
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private MeshProxyBinary? Proxy(Repository repository) =>
        arguments.Proxy is { } given ? new MeshProxyBinary(given) : MeshProxyBinary.Find(repository.Root);

    private Candidate[] PolicyPairs(Repository repository) =>
        [new MeshPair(Proxy(repository), Wire.Http, PolicyMesh.Without()), new MeshPair(Proxy(repository), Wire.Http, PolicyMesh.With())];

    private List<Candidate> Lineup(Repository repository)
    {
        var mesh = Proxy(repository);
        Candidate[] all =
        [
            new MeshPair(mesh, Wire.Http, MeshSnapshots.OverHttp(WireProtocol.Auto)),
            new MeshPair(mesh, Wire.Http, MeshSnapshots.OverHttp(WireProtocol.Http1)),
            new MeshPair(mesh, Wire.Http, MeshSnapshots.OverHttp(WireProtocol.Http2)),
            new MeshPair(mesh, Wire.Tcp, MeshSnapshots.OverTcp()),
            new HaproxyPair(http2: false),
            new HaproxyPair(http2: true),
            new NginxPair(),
            new HaproxyTcpPair(resume: true),
            new HaproxyTcpPair(resume: false),
        ];
        return [.. all.Where(candidate => arguments.Candidates.Count == 0
            || candidate.Name is Bench.Baseline or "haproxy tcp"
            || arguments.Candidates.Exists(part => candidate.Name.Contains(part, StringComparison.Ordinal)))];
    }

    private static ChildProcess StartUpstream(IPEndPoint address)
    {
        var child = ChildProcess.Start(Cores.Load, Self.Program, [.. Self.Arguments, "upstream", address.ToString()]);
        while (Stopwatch.GetElapsedTime(child.StartedAt) < TimeSpan.FromSeconds(10) && !child.HasExited)
        {
            try
            {
                using var connection = new HttpConnection(address, TimeSpan.FromSeconds(5));
                if (connection.Get() == 200)
                {
                    return child;
                }
            }
            catch (SocketException)
            {
                // Not listening yet.
            }

            Libc.SleepUntil(Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 100));
        }

        child.Dispose();
        throw new InvalidOperationException($"the upstream did not start: {child.Output}");
    }
}
