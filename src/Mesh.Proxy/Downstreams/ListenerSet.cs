using System.Net;
using System.Net.Sockets;
using Mesh.Proxy.Bootstrap;

namespace Mesh.Proxy.Downstreams;

/// <summary>Opens and closes listeners as configurations come. One that cannot be opened is reported and tried again with the next configuration.</summary>
internal sealed partial class ListenerSet(TimeProvider time, ILogger<ListenerSet> logger) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Open> _open = [];
    private readonly List<ConnectionSet> _closing = [];
    private bool _isStopped;

    /// <summary>Where a listener listens, by IPv4 where it has both loopback addresses; <see langword="null"/>: it is not open.</summary>
    public IPEndPoint? Find(string name)
    {
        lock (_lock)
        {
            return _open.GetValueOrDefault(name)?.Listeners[0].LocalEndPoint;
        }
    }

    /// <summary>Every connection that is open.</summary>
    public List<IDownstream> Connections()
    {
        lock (_lock)
        {
            return [.. _open.Values.Select(o => o.Connections).Concat(_closing).SelectMany(c => c.Open)];
        }
    }

    /// <summary>Ends the tunnels of a listener; requests on its other connections are answered one by one.</summary>
    /// <returns>How many.</returns>
    public int AbortTunnels(string name, string reason)
    {
        List<IDownstream> tunnels;
        lock (_lock)
        {
            tunnels = _open.TryGetValue(name, out var open) ? [.. open.Connections.Open.Where(c => c is OpenTunnel)] : [];
        }

        tunnels.ForEach(t => t.Abort(reason));
        return tunnels.Count;
    }

    /// <summary>Makes what is open be what is planned.</summary>
    public void Apply(IReadOnlyList<ListenerPlan> plans)
    {
        lock (_lock)
        {
            if (_isStopped)
            {
                return;
            }

            _closing.RemoveAll(c => c.IsEmpty);
            var wanted = plans.ToDictionary(p => p.Name);
            foreach (var (name, open) in _open.ToList())
            {
                if (!wanted.TryGetValue(name, out var plan) || !plan.Address.Equals(open.Plan.Address) || plan.Kind != open.Plan.Kind)
                {
                    Close(name, open);
                }
            }

            foreach (var plan in plans)
            {
                if (!_open.ContainsKey(plan.Name))
                {
                    TryOpen(plan);
                }
            }
        }
    }

    /// <summary>Closes every listener; what runs on their connections goes on to its end.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _isStopped = true;
            foreach (var (name, open) in _open.ToList())
            {
                Close(name, open);
            }
        }
    }

    /// <summary>Ends the connections over which nothing was asked yet: there is nothing to finish, and nobody to tell.</summary>
    public void AbortSilent(string reason)
    {
        foreach (var connection in Connections().Where(c => c is DownstreamConnection { HasBegun: false }))
        {
            connection.Abort(reason);
        }
    }

    /// <summary>Ends every connection.</summary>
    public void Abort(string reason)
    {
        foreach (var connection in Connections())
        {
            connection.Abort(reason);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Stop();
        Abort("The proxy stops.");
    }

    private void TryOpen(ListenerPlan plan)
    {
        var connections = new ConnectionSet();
        try
        {
            var listeners = OpenAll(plan, socket => plan.Accept(socket, connections));
            _open.Add(plan.Name, new Open(plan, listeners, connections));
            foreach (var listener in listeners)
            {
                Log.Opened(logger, plan.Name, listener.LocalEndPoint);
            }
        }
        catch (SocketException e)
        {
            Log.OpenFailed(logger, plan.Name, plan.Address, e.Message);
        }
    }

    private SocketListener[] OpenAll(ListenerPlan plan, Func<Socket, Task> accept)
    {
        if (plan.Address.Ip is { } ip)
        {
            return [SocketListener.Open(plan.Name, new IPEndPoint(ip, plan.Address.Port), accept, time, logger)];
        }

        var first = SocketListener.Open(plan.Name, new IPEndPoint(IPAddress.Loopback, plan.Address.Port), accept, time, logger);
        try
        {
            return [first, SocketListener.Open(plan.Name, new IPEndPoint(IPAddress.IPv6Loopback, first.LocalEndPoint.Port), accept, time, logger)];
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable)
        {
            // A machine without IPv6 resolves localhost to the one that there is.
            return [first];
        }
        catch
        {
            // Somebody else has ::1 and would get half of the callers.
            first.Dispose();
            throw;
        }
    }

    private void Close(string name, Open open)
    {
        _open.Remove(name);
        foreach (var listener in open.Listeners)
        {
            listener.Dispose();
        }

        open.Connections.Retire();
        _closing.Add(open.Connections);
        Log.Closed(logger, name);
    }

    private sealed record Open(ListenerPlan Plan, SocketListener[] Listeners, ConnectionSet Connections);

    private static partial class Log
    {
        [LoggerMessage(3561, LogLevel.Information, "{Listener} listens on {Address}.", EventName = nameof(Opened))]
        public static partial void Opened(ILogger logger, string listener, IPEndPoint address);

        [LoggerMessage(3562, LogLevel.Error, "{Listener} cannot listen on {Address}: {Reason}. Free the address, or change it in the bootstrap file.", EventName = nameof(OpenFailed))]
        public static partial void OpenFailed(ILogger logger, string listener, ListenAddress address, string reason);

        [LoggerMessage(3563, LogLevel.Information, "{Listener} takes no new connections.", EventName = nameof(Closed))]
        public static partial void Closed(ILogger logger, string listener);
    }
}
