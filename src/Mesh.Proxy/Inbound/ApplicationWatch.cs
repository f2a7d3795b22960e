using System.Collections.Immutable;
using System.Net;
using Mesh.Proxy.Configuration;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Inbound;

/// <summary>
/// Finds out whether the app accepts connections: by connecting and closing again, soon while it does not, seldom while it does, and at once when a request's own
/// connection was refused. A connection that stays open would tell sooner, but hangs apps that serve one connection at a time.
/// </summary>
internal sealed partial class ApplicationWatch(UpstreamKit kit, Func<IPEndPoint?> meshDoor, ILogger<ApplicationWatch> logger) : IApplicationReadiness, IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<LocalApplication, ApplicationProbe> _watched = [];
    private ImmutableSortedSet<string> _ready = [];
    private IPEndPoint? _lastDoor;

    /// <inheritdoc />
    public event Action? Changed;

    /// <inheritdoc />
    public IPEndPoint? MeshDoor => meshDoor();

    /// <inheritdoc />
    public ImmutableSortedSet<string> ReadyPorts => Volatile.Read(ref _ready);

    /// <summary>Watches the apps of a configuration, and no others.</summary>
    public void Apply(InboundTables tables)
    {
        var applications = tables.MeshByPort.Values.Select(p => p.Application).OfType<LocalApplication>().ToHashSet();
        lock (_lock)
        {
            foreach (var (application, watched) in _watched.Where(w => !applications.Contains(w.Key)).ToList())
            {
                _watched.Remove(application);
                watched.Dispose();
            }

            foreach (var application in applications.Where(a => !_watched.ContainsKey(a)))
            {
                var probe = new ApplicationProbe(application, kit, Note);
                _watched.Add(application, probe);
                _ = probe.RunAsync();
            }
        }

        Publish();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var watched in _watched.Values)
            {
                watched.Dispose();
            }

            _watched.Clear();
        }
    }

    private void Publish()
    {
        bool isChanged;
        lock (_lock)
        {
            var ready = _watched.Where(w => w.Value.IsUp).Select(w => w.Key.Port).ToImmutableSortedSet(StringComparer.Ordinal);
            isChanged = !ready.SetEquals(_ready) || !Equals(_lastDoor, meshDoor());
            _lastDoor = meshDoor();
            Volatile.Write(ref _ready, ready);
        }

        if (isChanged)
        {
            Changed?.Invoke();
        }
    }

    private void Note(LocalApplication application, bool isUp)
    {
        if (isUp)
        {
            Log.Up(logger, application.Port, LocalApplication.NameOf(application.Address));
        }
        else
        {
            Log.Down(logger, application.Port, LocalApplication.NameOf(application.Address));
        }

        Publish();
    }

    private static partial class Log
    {
        [LoggerMessage(3220, LogLevel.Information, "The app accepts connections for port {Port} on {Address}.", EventName = nameof(Up))]
        public static partial void Up(ILogger logger, string port, string address);

        [LoggerMessage(3221, LogLevel.Warning, "The app no longer accepts connections for port {Port} on {Address}; peers are sent elsewhere until it does.", EventName = nameof(Down))]
        public static partial void Down(ILogger logger, string port, string address);
    }
}
