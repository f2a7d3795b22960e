using System.Globalization;
using System.Net;
using Mesh.Benchmarks;
using Mesh.Benchmarks.Micro;
using Mesh.Benchmarks.Native;
using Mesh.Benchmarks.RouteChanges;
using Mesh.Benchmarks.Upstream;

if (!OperatingSystem.IsLinux())
{
    Console.Error.WriteLine("mesh-bench measures with /proc, epoll and pinned cores: it needs Linux.");
    return 64;
}

switch (args)
{
    case ["upstream", var address] when IPEndPoint.TryParse(address, out var at):
        Libc.DieWithParent();
        using (var responder = new FixedResponder(at))
        {
            responder.Run();
        }

        return 0;
    case ["proxies", var address, var certificates, var services, var upstreams, var count]:
        Libc.DieWithParent();
        var mesh = new SyntheticMesh(int.Parse(services, CultureInfo.InvariantCulture), int.Parse(upstreams, CultureInfo.InvariantCulture));
        await new SimulatedProxies(address, certificates, mesh, int.Parse(count, CultureInfo.InvariantCulture), Console.In, Console.Out).RunAsync();
        return 1;
    case ["micro", .. var rest]:
        MicroBenchmarks.Run(Path.Combine(Repository.Find().Root, "artifacts", "micro"), rest);
        return 0;
    case [("side-by-side" or "pair") and var verb, .. var rest]:
        try
        {
            var run = new SideBySide(Arguments.Parse(rest), TimeProvider.System, Console.Out, Console.Error);
            return verb == "pair" ? run.Hold(Console.In) : run.Run();
        }
        catch (ArgumentException error)
        {
            Console.Error.WriteLine(error.Message);
            Console.Error.WriteLine(Arguments.Usage);
            return 64;
        }

        catch (InvalidOperationException error)
        {
            // Not left to the runtime, which would abort without giving back what the run has taken.
            Console.Error.WriteLine(error.Message);
            return 1;
        }

    default:
        Console.Error.WriteLine(Arguments.Usage);
        return 64;
}
