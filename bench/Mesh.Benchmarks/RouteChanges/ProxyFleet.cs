using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Mesh.Benchmarks.Certificates;
using Mesh.Benchmarks.Machine;

namespace Mesh.Benchmarks.RouteChanges;

/// <summary>The simulated sidecars, seen from the run that started their process.</summary>
internal sealed class ProxyFleet : IDisposable
{
    /// <summary>What their process writes when all are connected.</summary>
    public const string ReadyLine = "ready";

    /// <summary>How the line of a change begins; after it come the stamp and a time in microseconds for each sidecar.</summary>
    public const string ChangePrefix = "change ";

    /// <summary>Followed by a stamp: the changed service's replica says that it is in another zone.</summary>
    public const string EndpointCommand = "endpoint";

    /// <summary>Asks for the bytes of all messages so far.</summary>
    public const string BytesCommand = "bytes";

    /// <summary>How its answer begins.</summary>
    public const string BytesPrefix = "bytes ";

    /// <summary>All drop their connections and come back at once.</summary>
    public const string ReconnectCommand = "reconnect";

    /// <summary>How its answer begins; after it come microseconds for each.</summary>
    public const string ReconnectedPrefix = "reconnected ";

    private static readonly TimeSpan ConnectLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan ChangeLimit = TimeSpan.FromSeconds(20);

    private readonly BlockingCollection<string> _lines = [];

    private ProxyFleet(string address, string certificates, SyntheticMesh mesh, int count) => Process = ChildProcess.StartListening(
        line => _lines.Add(line),
        Cores.Load,
        Self.Program,
        [.. Self.Arguments, "proxies", address, certificates, $"{mesh.Services}", $"{mesh.Upstreams}", $"{count}"]);

    public ChildProcess Process { get; }

    /// <summary>Starts the process and waits until every sidecar has everything.</summary>
    public static ProxyFleet Start(ControlPlane plane, BenchCertificates certificates, SyntheticMesh mesh, int count)
    {
        var fleet = new ProxyFleet(plane.Grpc, certificates.Folder, mesh, count);
        if (fleet._lines.TryTake(out var line, ConnectLimit) && line == ReadyLine)
        {
            return fleet;
        }

        fleet.Dispose();
        throw new InvalidOperationException($"{count} simulated sidecars did not connect: {fleet.Process.Output}; the control plane says: {plane.Process.Output}");
    }

    /// <summary>Changes the endpoint of the first service.</summary>
    /// <returns>When the change began.</returns>
    public long ChangeEndpoint()
    {
        var stamp = Stopwatch.GetTimestamp();
        Process.Write(string.Create(CultureInfo.InvariantCulture, $"{EndpointCommand} {stamp}"));
        return stamp;
    }

    /// <summary>Bytes of all messages that the sidecars were sent so far.</summary>
    public double Bytes()
    {
        Process.Write(BytesCommand);
        return double.Parse(Answer(BytesPrefix), CultureInfo.InvariantCulture);
    }

    /// <summary>Lets all drop their connections and come back at once.</summary>
    /// <returns>Milliseconds for each until the control plane had taken it in.</returns>
    public double[] Reconnect()
    {
        Process.Write(ReconnectCommand);
        return [.. Answer(ReconnectedPrefix).Split(' ').Select(each => double.Parse(each, CultureInfo.InvariantCulture) / 1000)];
    }

    /// <summary>Waits until a change has reached all whom it concerns.</summary>
    /// <returns>Milliseconds for each, unordered.</returns>
    public double[] Await(long stamp)
    {
        var prefix = string.Create(CultureInfo.InvariantCulture, $"{ChangePrefix}{stamp} ");
        while (_lines.TryTake(out var line, ChangeLimit))
        {
            if (line.StartsWith(prefix, StringComparison.Ordinal))
            {
                return [.. line[prefix.Length..].Split(' ').Select(each => double.Parse(each, CultureInfo.InvariantCulture) / 1000)];
            }

            if (!line.StartsWith(ChangePrefix, StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"the simulated sidecars failed: {line}");
            }
        }

        throw new InvalidOperationException($"a change did not reach all sidecars within {ChangeLimit.TotalSeconds} s");
    }

    private string Answer(string prefix)
    {
        while (_lines.TryTake(out var line, ConnectLimit))
        {
            if (line.StartsWith(prefix, StringComparison.Ordinal))
            {
                return line[prefix.Length..];
            }

            if (!line.StartsWith(ChangePrefix, StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"the simulated sidecars failed: {line}");
            }
        }

        throw new InvalidOperationException($"the simulated sidecars said nothing within {ConnectLimit.TotalSeconds} s");
    }

    public void Dispose()
    {
        Process.Dispose();
        _lines.Dispose();
    }
}
