using System.Net;
using System.Threading.Channels;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Proxy.Bootstrap;
using Mesh.Registration.V1;

namespace Mesh.Proxy.Configuration;

/// <summary>
/// Tells the control plane that this replica is there and which of its ports answer. A change goes out at once; when the connection is renewed the new stream is
/// taken before the old one ends, so that peers never see the replica leave.
/// </summary>
internal sealed partial class RegistrationClient : BackgroundService
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private static readonly Task Never = new TaskCompletionSource().Task;

    private readonly ProxySettings _settings;
    private readonly ControlPlaneLink _link;
    private readonly IApplicationReadiness _readiness;
    private readonly IUpstreamHealth _upstreams;
    private readonly DrainSignal _drain;
    private readonly Func<DateTimeOffset?> _certificateEnd;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILogger _logger;
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile bool _moving;
    private volatile bool _saying;
    private volatile bool _registered;

    /// <summary>Makes a client; it registers once the mesh door listens.</summary>
    /// <param name="settings">Who and where.</param>
    /// <param name="link">The connection.</param>
    /// <param name="readiness">What is told.</param>
    /// <param name="upstreams">What is told too.</param>
    /// <param name="drain">When this replica takes no new work.</param>
    /// <param name="certificateEnd">When the live SVID ends; <see langword="null"/>: there is none, so registering would be refused.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">For jitter.</param>
    /// <param name="logger">For what operators see.</param>
    public RegistrationClient(
        ProxySettings settings,
        ControlPlaneLink link,
        IApplicationReadiness readiness,
        IUpstreamHealth upstreams,
        DrainSignal drain,
        Func<DateTimeOffset?> certificateEnd,
        TimeProvider time,
        Random random,
        ILogger<RegistrationClient> logger)
    {
        _settings = settings;
        _link = link;
        _readiness = readiness;
        _upstreams = upstreams;
        _drain = drain;
        _certificateEnd = certificateEnd;
        _time = time;
        _random = random;
        _logger = logger;
        _readiness.Changed += Tell;
        _upstreams.Changed += Tell;
        _link.Renewed += OnRenewed;
    }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _drain.Begin();
        if (_registered || _saying)
        {
            await _drain.UntilHeardAsync(_time, cancellationToken); // ExecuteAsync tells
        }

        await base.StopAsync(cancellationToken);
        Log.Deregistered(_logger, _settings.Replica);
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        _readiness.Changed -= Tell;
        _upstreams.Changed -= Tell;
        _link.Renewed -= OnRenewed;
        base.Dispose();
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var draining = _drain.Token.Register(Tell);
        RegistrationStream? stream = null;
        var failures = 0;
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                if (Status() is not { } status)
                {
                    await PauseAsync(LongestPause, Never, stoppingToken);
                    continue;
                }

                try
                {
                    _saying = true;
                    stream = await SayAsync(stream, status, stoppingToken);
                    failures = 0;
                    if (status.Draining)
                    {
                        _drain.MarkTold();
                    }

                    await PauseAsync(stream.Heartbeat, stream.Ended, stoppingToken);
                }
                // Whatever breaks a stream, an abort of the transport included, the answer is another stream.
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    _saying = false;
                    await LoseAsync(stream, e);
                    stream = null;
                    await PauseAsync(Pause(++failures), Never, stoppingToken);
                }
                catch (RpcException)
                {
                    // Ending: so gRPC says that a call was cancelled.
                }
            }
        }
        finally
        {
            _registered = false;
            if (stream is not null)
            {
                await stream.DisposeAsync();
            }
        }
    }

    private async Task<RegistrationStream> SayAsync(RegistrationStream? stream, ReplicaStatus status, CancellationToken stoppingToken)
    {
        using var deadline = new CancellationTokenSource(AnswerWithin, _time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, deadline.Token);
        if (stream is not null && !_moving)
        {
            await stream.SendAsync(status, ending.Token);
            return stream;
        }

        _moving = false;
        var next = await RegistrationStream.OpenAsync(_link, status, ending.Token);
        if (stream is not null)
        {
            await stream.DisposeAsync(); // the control plane has given the name to the new one: nothing is withdrawn
        }

        if (!_registered)
        {
            _registered = true;
            Log.Registered(_logger, _settings.Replica, status.MeshDoor.Ip, status.MeshDoor.Port);
        }

        return next;
    }

    private async Task LoseAsync(RegistrationStream? stream, Exception cause)
    {
        var reason = cause switch
        {
            RpcException rpc => $"{rpc.StatusCode}: {rpc.Status.Detail}",
            OperationCanceledException => $"no answer within {AnswerWithin.TotalSeconds:F0} s",
            _ => cause.Message,
        };
        if (_registered || cause is RpcException { StatusCode: StatusCode.PermissionDenied or StatusCode.InvalidArgument })
        {
            Log.Lost(_logger, _settings.Replica, reason);
        }
        else
        {
            Log.StillLost(_logger, _settings.Replica, reason);
        }

        _registered = false;
        if (stream is not null)
        {
            await stream.DisposeAsync();
        }
    }

    private ReplicaStatus? Status()
    {
        if (_readiness.MeshDoor is not { } own || _certificateEnd() is not { } certificateEnd)
        {
            return null;
        }

        var ready = _readiness.ReadyPorts;
        var door = _settings.AdvertisedDoor ?? own;
        if (Reachable(_settings.AdvertisedAddress ?? door.Address) is not { } address)
        {
            return null;
        }

        var status = new ReplicaStatus
        {
            Replica = _settings.Replica,
            Namespace = _settings.Service.Namespace,
            Service = _settings.Service.Name,
            MeshDoor = new MeshDoorAddress { Ip = address.ToString(), Port = (uint)door.Port },
            Ports = { _settings.Applications.Select(a => new PortReadiness { Name = a.Key, Number = (uint)PortOf(a.Value), Ready = ready.Contains(a.Key) }) },
            Draining = _drain.IsDraining,
            CertificateNotAfter = certificateEnd.ToTimestamp(),
            ProxyVersion = ProxyVersion.Text,
            Zone = _settings.Zone,
        };
        _upstreams.Describe(status);
        return status;
    }

    private static int PortOf(EndPoint address) => address is IPEndPoint literal ? literal.Port : ((DnsEndPoint)address).Port;

    // A wildcard is where one listens, not where one is reached: where nobody says it, that is the address by which the control plane sees this machine. On one machine it is loopback.
    private IPAddress? Reachable(IPAddress address) =>
        address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? _link.LocalAddress() : address;

    private TimeSpan Pause(int failures)
    {
        var bound = FirstPause * Math.Pow(2, Math.Min(failures - 1, 8));
        return (bound < LongestPause ? bound : LongestPause) * (0.5 + (0.5 * _random.NextDouble()));
    }

    private void Tell() => _news.Writer.TryWrite(true);

    private void OnRenewed()
    {
        _moving = true;
        Tell();
    }

    // Ends early when there is something to tell, or the stream to tell it over has ended.
    private async Task PauseAsync(TimeSpan pause, Task stream, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var delay = Task.Delay(pause, _time, over.Token);
        var news = _news.Reader.ReadAsync(over.Token).AsTask();
        await Task.WhenAny(delay, news, stream);
        await over.CancelAsync();
        await Task.WhenAll(delay, news).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static partial class Log
    {
        [LoggerMessage(3710, LogLevel.Information, "{Replica} is registered; peers reach it at {Address}:{Port}.", EventName = nameof(Registered))]
        public static partial void Registered(ILogger logger, string replica, string address, uint port);

        [LoggerMessage(3711, LogLevel.Warning, "{Replica} is not registered any more and registers again: {Reason}", EventName = nameof(Lost))]
        public static partial void Lost(ILogger logger, string replica, string reason);

        [LoggerMessage(3712, LogLevel.Debug, "{Replica} could not register: {Reason}", EventName = nameof(StillLost))]
        public static partial void StillLost(ILogger logger, string replica, string reason);

        [LoggerMessage(3713, LogLevel.Information, "{Replica} has left: no new requests are sent to it.", EventName = nameof(Deregistered))]
        public static partial void Deregistered(ILogger logger, string replica);
    }
}
