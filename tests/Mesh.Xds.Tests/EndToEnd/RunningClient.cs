using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Xds.Client;
using Mesh.Xds.Tests.Client;
using Mesh.Xds.Tests.Codecs;
using Mesh.Xds.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Xds.Tests.EndToEnd;

/// <summary>A client of storefront that follows a control plane until it is disposed of.</summary>
internal sealed class RunningClient : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly List<GrpcChannel> _channels = [];
    private readonly DirectoryInfo _state;
    private readonly Task _running;

    public RunningClient(Uri address, DirectoryInfo? state = null)
    {
        _state = state ?? Directory.CreateTempSubdirectory("mesh-ads-");
        MoveTo(address);
        var options = new AdsClientOptions { Node = new NodeId(Samples.Storefront, "storefront-1"), StateDirectory = _state.FullName };
        Client = new AdsClient(
            options, _ => ValueTask.FromResult<CallInvoker>(Channel.CreateCallInvoker()), Sink, TimeProvider.System, new Random(1), NullLogger<AdsClient>.Instance);
        LoadedSaved = Client.LoadSaved();
        _running = Client.RunAsync(_ending.Token);
    }

    public RecordingSink Sink { get; } = new();

    public AdsClient Client { get; }

    public bool LoadedSaved { get; }

    public DirectoryInfo StateDirectory => _state;

    private GrpcChannel Channel
    {
        get
        {
            lock (_channels)
            {
                return _channels[^1];
            }
        }
    }

    /// <summary>From its next attempt on it speaks with another control plane.</summary>
    public void MoveTo(Uri address)
    {
        lock (_channels)
        {
            _channels.Add(GrpcChannel.ForAddress(address));
        }
    }

    /// <summary>Ends the client and leaves its state directory.</summary>
    public async Task StopAsync()
    {
        await _ending.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(20));
        _channels.ForEach(c => c.Dispose());
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _ending.Dispose();
        if (_state.Exists)
        {
            _state.Delete(recursive: true);
        }
    }
}
