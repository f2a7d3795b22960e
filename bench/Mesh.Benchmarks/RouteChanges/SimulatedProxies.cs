using System.Diagnostics;
using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;
using Mesh.Benchmarks.Certificates;

namespace Mesh.Benchmarks.RouteChanges;

/// <summary>The process of the simulated sidecars: connects them all, then writes a line for each change that has reached every one.</summary>
internal sealed class SimulatedProxies(string address, string certificates, SyntheticMesh mesh, int count, TextWriter output)
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
        for (var first = 0; first < count; first += Wave)
        {
            var wave = Enumerable.Range(first, Math.Min(Wave, count - first)).Select(index => Connect(index, leaves[index % leaves.Length], root)).ToArray();
            running.AddRange(wave.Select(proxy => proxy.RunAsync(CancellationToken.None)));
            var ended = Task.WhenAny(running);
            if (await Task.WhenAny(Task.WhenAll(wave.Select(proxy => proxy.Ready)), ended) == ended)
            {
                await await ended;
            }
        }

        await output.WriteLineAsync(ProxyFleet.ReadyLine);
        await await Task.WhenAny(running);
        throw new InvalidOperationException("the control plane ended a stream");
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
        var channel = GrpcChannel.ForAddress($"https://{address}", new GrpcChannelOptions { HttpHandler = handler });
        var service = SyntheticMesh.Leaf(certificates, index % mesh.Services);
        return new SimulatedProxy(
            channel.CreateCallInvoker(),
            service.SpiffeId,
            string.Create(CultureInfo.InvariantCulture, $"{service.Service}-{index / mesh.Services}"),
            Arrived);
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

        var took = all.Select(arrival => Stopwatch.GetElapsedTime(stamp, arrival).TotalMicroseconds.ToString("0", CultureInfo.InvariantCulture));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ProxyFleet.ChangePrefix}{stamp} {string.Join(' ', took)}"));
    }

    /// <summary>The changed service does not call itself; everyone else does.</summary>
    private int Concerned => Enumerable.Range(0, count).Count(index => index % mesh.Services != 0);
}
