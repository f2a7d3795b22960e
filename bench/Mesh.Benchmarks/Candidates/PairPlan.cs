using System.Net;
using Mesh.Benchmarks.Machine;

namespace Mesh.Benchmarks.Candidates;

/// <summary>A pair whose files are written and whose ports are fixed: the near side takes plain calls and calls the far side with mutual TLS.</summary>
internal sealed record PairPlan(IPEndPoint Entry, CommandLine Near, CommandLine Far)
{
    public ChildProcess StartNear() => ChildProcess.Start(Cores.Proxies, Near.Program, Near.Arguments);

    public ChildProcess StartFar() => ChildProcess.Start(Cores.Proxies, Far.Program, Far.Arguments);
}
