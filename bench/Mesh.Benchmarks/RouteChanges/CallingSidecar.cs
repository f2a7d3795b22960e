using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Mesh.Benchmarks.Candidates;
using Mesh.Benchmarks.Certificates;
using Mesh.Benchmarks.Load;
using Mesh.Benchmarks.Machine;
using Mesh.Benchmarks.Native;
using Mesh.Model.Bootstrap;
using Mesh.Model.Snapshots;

namespace Mesh.Benchmarks.RouteChanges;

/// <summary>A real sidecar with the control plane, and a caller that asks it several times a millisecond until a change shows.</summary>
internal sealed class CallingSidecar : IDisposable
{
    private const int AsksPerSecond = 4000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly ChildProcess _process;
    private readonly IPEndPoint _listener;
    private HttpConnection? _connection;

    private CallingSidecar(ChildProcess process, IPEndPoint listener)
    {
        _process = process;
        _listener = listener;
    }

    /// <summary>Starts the sidecar of one service.</summary>
    public static CallingSidecar Start(MeshProxyBinary binary, ControlPlane plane, Workplace workplace, SyntheticMesh mesh, int service)
    {
        var folder = workplace.NewFolder("calling-sidecar");
        var leaf = SyntheticMesh.Leaf(workplace.Certificates.Folder, service);
        var listeners = mesh.Called(service).ToDictionary(
            called => ResourceNames.Outbound(SyntheticMesh.Port(called)), _ => $"127.0.0.1:{workplace.Ports.Take()}");
        var listener = IPEndPoint.Parse(listeners[ResourceNames.Outbound(SyntheticMesh.Changed)]);
        listeners[ResourceNames.MeshDoor] = $"127.0.0.1:{workplace.Ports.Take()}";
        var bootstrap = new SidecarBootstrap
        {
            TrustDomain = BenchCertificates.TrustDomain,
            Service = $"bench/{leaf.Service}",
            Replica = $"{leaf.Service}-0",
            ControlPlane = $"https://{plane.Grpc}",
            TrustBundle = [File.ReadAllText(workplace.Certificates.RootFile)],
            Token = plane.TokenFor($"bench/{leaf.Service}"),
            StateDirectory = folder,
            Listeners = listeners.ToImmutableSortedDictionary(StringComparer.Ordinal),
            Applications = ImmutableSortedDictionary.CreateRange([KeyValuePair.Create("http", workplace.Upstream.ToString())]),
        };
        var file = folder + ".json";
        SecretFile.Write(file, JsonSerializer.Serialize(bootstrap, BootstrapJson.Default.SidecarBootstrap));
        var run = binary.Run(file);
        return new CallingSidecar(ChildProcess.Start(Cores.Load, run.Program, run.Arguments), listener);
    }

    /// <summary>Asks until the change shows.</summary>
    /// <returns>Milliseconds since it began.</returns>
    public double Await(long stamp)
    {
        var begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < Limit && !_process.HasExited)
        {
            if (Shown() >= stamp)
            {
                return Stopwatch.GetElapsedTime(stamp).TotalMilliseconds;
            }

            Libc.SleepUntil(Stopwatch.GetTimestamp() + (Stopwatch.Frequency / AsksPerSecond));
        }

        throw new InvalidOperationException($"the change did not show within {Limit.TotalSeconds} s: {_process.Output}");
    }

    public void Dispose()
    {
        _connection?.Dispose();
        _process.Dispose();
    }

    private long Shown()
    {
        try
        {
            _connection ??= new HttpConnection(_listener, Limit);
            _connection.Get();
            return SyntheticMesh.StampIn(Encoding.ASCII.GetBytes(_connection.Head)).At;
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            // Not listening yet, or the listener was made anew.
            _connection?.Dispose();
            _connection = null;
            return 0;
        }
    }
}
