using System.Diagnostics;
using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;
using Mesh.Benchmarks.Certificates;
using Mesh.Registration.V1;

namespace Mesh.Benchmarks.RouteChanges;

/// <summary>The process of the simulated sidecars: connects them all, then writes a line for each change that has reached every one.</summary>
internal sealed class SimulatedProxies(string address, string certificates, SyntheticMesh mesh, int count, TextReader input, TextWriter output)
{
    /// <summary>Handshakes at a time: those that wait for a thousand others give up.</summary>
    private const int Wave = 25;

    private readonly Lock _lock = new();
    private readonly Dictionary<long, List<long>> _arrivals = [];

    /// <summary>Runs until something fails or the process is ended.</summary>
    public async Task RunAsync()
    {
        using var root = X509CertificateLoader.LoadCertificateFromFile(BenchCertificates.RootFileIn(certificates));
        var leaves = Enumerable.Range(0, mesh.Services).Select(service => Load(SyntheticMesh.Leaf(certificates, service))).ToArray();
        var running = new List<Task>();
        var proxies = new List<SimulatedProxy>();
        for (var first = 0; first < count; first += Wave)
        {
            var wave = Enumerable.Range(first, Math.Min(Wave, count - first)).Select(index => Connect(index, leaves[ServiceOf(index)], root)).ToArray();
            running.AddRange(wave.Select(proxy => proxy.RunAsync()));
            proxies.AddRange(wave);
            var ended = Task.WhenAny(running);
            if (await Task.WhenAny(Task.WhenAll(wave.Select(proxy => proxy.Ready)), ended) == ended)
            {
                await await ended;
            }
        }

        Say(ProxyFleet.ReadyLine);
        var failed = Task.WhenAny(running);
        var commands = ObeyAsync(proxies, Open(leaves[0], root));
        await await Task.WhenAny(failed.Unwrap(), commands);
    }

    private async Task ObeyAsync(List<SimulatedProxy> proxies, GrpcChannel changed)
    {
        using var replica = new RegistrationService.RegistrationServiceClient(changed).Register();
        while (await input.ReadLineAsync() is { } line)
        {
            switch (line.Split(' '))
            {
                case [ProxyFleet.EndpointCommand, var stamp]:
                    await replica.RequestStream.WriteAsync(Status(long.Parse(stamp, CultureInfo.InvariantCulture)));
                    break;
                case [ProxyFleet.BytesCommand]:
                    Say(string.Create(CultureInfo.InvariantCulture, $"{ProxyFleet.BytesPrefix}{proxies.Sum(proxy => proxy.Bytes)}"));
                    break;
                case [ProxyFleet.ReconnectCommand]:
                    var begun = Stopwatch.GetTimestamp();
                    var back = await Task.WhenAll(proxies.Select(proxy => Task.Run(proxy.ReconnectAsync)));
                    Say($"{ProxyFleet.ReconnectedPrefix}{string.Join(' ', back.Select(at => Microseconds(begun, at)))}");
                    break;
                default:
                    throw new InvalidOperationException($"'{line}' is not understood");
            }
        }
    }

    private static ReplicaStatus Status(long stamp) => new()
    {
        Replica = "changing",
        Namespace = SyntheticMesh.Changed.Service.Namespace,
        Service = SyntheticMesh.Changed.Service.Name,
        MeshDoor = new MeshDoorAddress { Ip = "127.0.0.1", Port = 9 },
        Ports = { new PortReadiness { Name = SyntheticMesh.Changed.Port, Ready = true } },
        Zone = SyntheticMesh.Zone(stamp),
    };

    private int ServiceOf(int index) => (index + 1) % mesh.Services; // one sidecar alone is one that is concerned

    private static string Microseconds(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalMicroseconds.ToString("0", CultureInfo.InvariantCulture);

    private void Say(string line)
    {
        lock (_lock)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }

    private static SslStreamCertificateContext Load(LeafFiles files)
    {
        using var leaf = X509Certificate2.CreateFromPemFile(files.ChainFile, files.KeyFile);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(files.ChainFile);
        return SslStreamCertificateContext.Create(X509CertificateLoader.LoadPkcs12(leaf.Export(X509ContentType.Pkcs12), null), chain, offline: true);
    }

    private SimulatedProxy Connect(int index, SslStreamCertificateContext leaf, X509Certificate2 root)
    {
        var service = SyntheticMesh.Leaf(certificates, ServiceOf(index));
        return new SimulatedProxy(
            () => Open(leaf, root), service.SpiffeId, string.Create(CultureInfo.InvariantCulture, $"{service.Service}-{index / mesh.Services}"), Arrived);
    }

    private GrpcChannel Open(SslStreamCertificateContext leaf, X509Certificate2 root)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.ClientCertificateContext = leaf;
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { root },
            RevocationMode = X509RevocationMode.NoCheck,
        };

        // Names are SPIFFE ids here; the chain has to be good.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, errors) => (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None;
        return GrpcChannel.ForAddress($"https://{address}", new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
    }

    private void Arrived(long stamp, long at)
    {
        List<long> all;
        lock (_lock)
        {
            if (!_arrivals.TryGetValue(stamp, out all!))
            {
                _arrivals[stamp] = all = [];
            }

            all.Add(at);
            if (all.Count < Concerned)
            {
                return;
            }

            _arrivals.Remove(stamp);
        }

        Say(string.Create(CultureInfo.InvariantCulture, $"{ProxyFleet.ChangePrefix}{stamp} {string.Join(' ', all.Select(arrival => Microseconds(stamp, arrival)))}"));
    }

    /// <summary>The changed service does not call itself; everyone else does.</summary>
    private int Concerned => Enumerable.Range(0, count).Count(index => ServiceOf(index) != 0);
}
