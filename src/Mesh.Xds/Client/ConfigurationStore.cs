using System.Collections.Frozen;
using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Xds.Codecs;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Client;

/// <summary>
/// What was accepted, what of it is live, and what the difference waits for. The sink is given a new snapshot only when everything in it that refers to
/// something finds it; permissions go to it at once.
/// </summary>
internal sealed class ConfigurationStore(AdsClientOptions options, IConfigurationSink sink, TimeProvider time)
{
    private readonly Dictionary<string, Dictionary<string, AcceptedResource>> _accepted =
        TypeUrls.InOrder.ToDictionary(url => url, _ => new Dictionary<string, AcceptedResource>(StringComparer.Ordinal));

    private readonly HashSet<string> _answered = [];
    private readonly Dictionary<string, DateTimeOffset> _endpointsDue = new(StringComparer.Ordinal);
    private readonly PermissionStore _permissions = new();
    private readonly FaultStore _faults = new(sink, time);
    private readonly RecordingStore _recordings = new(sink, time);
    private ImmutableArray<AcceptedResource> _live = [];
    private FrozenSet<string> _liveClusters = [];
    private string _liveVersion = "";
    private bool _unsettled;

    public StatusBoard Board { get; } = new(options.Node, time);

    /// <summary>Whether a snapshot was handed to the sink.</summary>
    public bool HasSnapshot { get; private set; }

    /// <summary>Counts up whenever there is something to save that was not there before.</summary>
    public int Edition { get; private set; }

    /// <summary>Counts up whenever permissions changed.</summary>
    public int PermissionEdition { get; private set; }

    /// <summary>The listeners that permissions are taken from.</summary>
    public IEnumerable<XdsResource> PermissionSources => _permissions.Sources;

    /// <summary>What the live snapshot is made of, endpoints included.</summary>
    public IEnumerable<XdsResource> Live => _live.Select(accepted => accepted.Resource).Concat(LiveEndpoints());

    /// <summary>When a cluster without endpoints counts as having none; <see langword="null"/>: none is waited for.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            DateTimeOffset? next = null;
            foreach (var (cluster, due) in _endpointsDue)
            {
                if (!_accepted[TypeUrls.Endpoints].ContainsKey(cluster) && due > time.GetUtcNow() && !(next <= due))
                {
                    next = due;
                }
            }

            return next;
        }
    }

    private IEnumerable<Cluster> Clusters => Values<Cluster>(TypeUrls.Cluster);

    /// <summary>The names to subscribe to; <see langword="null"/>: all there are.</summary>
    public IReadOnlySet<string>? Wanted(string typeUrl) => typeUrl switch
    {
        TypeUrls.Endpoints => Clusters.Where(cluster => cluster.Kind == ClusterKind.Mesh).Select(cluster => cluster.Name).ToHashSet(StringComparer.Ordinal),
        TypeUrls.RouteTable => HttpListeners().Select(listener => listener.Name).ToHashSet(StringComparer.Ordinal),
        _ => null,
    };

    /// <summary>What is there already, for a reconnect.</summary>
    public IEnumerable<XdsResource> Held(string typeUrl) => typeUrl switch
    {
        TypeUrls.Fault => _faults.Live,
        TypeUrls.Recording => _recordings.Live,
        _ => _accepted[typeUrl].Values.Select(accepted => accepted.Resource),
    };

    /// <summary>Takes what a response brings: what is understood replaces what was, what is not is reported and changes nothing.</summary>
    /// <returns>Every error, with the resource's name.</returns>
    public ImmutableArray<string> Apply(string typeUrl, IEnumerable<XdsResource> resources, IEnumerable<string> removed)
    {
        switch (typeUrl)
        {
            case TypeUrls.Fault:
                return ApplyLeases(typeUrl, resources, removed, _faults.Take, _faults.Remove, _faults.Settle);
            case TypeUrls.Recording:
                return ApplyLeases(typeUrl, resources, removed, _recordings.Take, _recordings.Remove, _recordings.Settle);
            default:
                break;
        }

        _unsettled |= _answered.Add(typeUrl);
        var errors = ImmutableArray.CreateBuilder<string>();
        var changedEndpoints = ImmutableArray.CreateBuilder<EndpointSet>();
        foreach (var resource in resources)
        {
            var refusals = Take(resource);
            if (!refusals.IsEmpty)
            {
                errors.AddRange(refusals.Select(refusal => $"{resource.Name}: {refusal}"));
                Board.Nacked(resource, string.Join("; ", refusals));
                continue;
            }

            Board.Acked(resource);
            if (_accepted[typeUrl][resource.Name].Value is EndpointSet endpoints && _liveClusters.Contains(endpoints.Cluster))
            {
                changedEndpoints.Add(endpoints);
            }
            else
            {
                _unsettled = true;
            }
        }

        foreach (var name in removed)
        {
            _unsettled = true;
            _accepted[typeUrl].Remove(name);
            Board.Removed(typeUrl, name, Wanted(typeUrl)?.Contains(name) ?? false);
            if (typeUrl == TypeUrls.Listener)
            {
                _permissions.Remove(name);
            }
        }

        SettlePermissions();
        if (changedEndpoints.Count > 0)
        {
            sink.OnEndpoints(changedEndpoints.DrainToImmutable());
            Edition++;
        }

        return errors.DrainToImmutable();
    }

    /// <summary>Notes what is asked for, so that it can be waited for.</summary>
    public void Subscribed(string typeUrl, IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            Board.Requested(typeUrl, [name]);
            if (typeUrl == TypeUrls.Endpoints)
            {
                _endpointsDue.TryAdd(name, time.GetUtcNow() + options.EndpointsTimeout);
            }
        }
    }

    /// <summary>Drops what is no longer asked for.</summary>
    public void Unsubscribed(string typeUrl, IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            _accepted[typeUrl].Remove(name);
            _endpointsDue.Remove(name);
            Board.Forget(typeUrl, name);
        }
    }

    /// <summary>Takes over a saved configuration as if it had just been accepted.</summary>
    public ImmutableArray<string> Restore(IEnumerable<XdsResource> resources, IEnumerable<XdsResource> permissionSources)
    {
        var all = resources.ToLookup(resource => resource.TypeUrl, StringComparer.Ordinal);
        var errors = TypeUrls.InOrder.SelectMany(typeUrl => Apply(typeUrl, all[typeUrl], [])).ToImmutableArray();
        foreach (var source in permissionSources)
        {
            errors = errors.AddRange(TakePermissions(source));
        }

        foreach (var cluster in Wanted(TypeUrls.Endpoints)!)
        {
            _endpointsDue.TryAdd(cluster, time.GetUtcNow());
        }

        SettlePermissions();
        Settle();
        return errors;
    }

    /// <summary>Hands a new snapshot to the sink if what is accepted differs from what is live and nothing in it is waited for.</summary>
    public void Settle()
    {
        // Endpoints come often and go straight to the sink: for them alone there is nothing to put together.
        if (!_unsettled || !_answered.Contains(TypeUrls.Cluster) || !_answered.Contains(TypeUrls.Listener) || !IsWarm())
        {
            return;
        }

        _unsettled = false;
        var accepted = TypeUrls.InOrder.Where(url => url != TypeUrls.Endpoints && !TypeUrls.IsLeased(url)).SelectMany(url => _accepted[url].Values).ToImmutableArray();
        var version = string.Join('\n', accepted.Select(resource => resource.Resource.ToString()).Order(StringComparer.Ordinal));
        if (HasSnapshot && version == _liveVersion)
        {
            return;
        }

        var before = _liveClusters;
        var snapshot = SnapshotCodec.Assemble(options.Node.Identity, accepted.Select(resource => resource.Value));
        var endpoints = Clusters.Where(cluster => cluster.Kind == ClusterKind.Mesh && !before.Contains(cluster.Name)).Select(cluster => EndpointsOf(cluster.Name));
        _live = accepted;
        _liveClusters = Clusters.Select(cluster => cluster.Name).ToFrozenSet(StringComparer.Ordinal);
        _liveVersion = version;
        if (endpoints.ToImmutableArray() is { IsEmpty: false } added)
        {
            sink.OnEndpoints(added);
        }

        sink.OnSnapshot(_permissions.Overlay(snapshot));
        HasSnapshot = true;
        Edition++;
    }

    private bool IsWarm() =>
        HttpListeners().All(listener => _accepted[TypeUrls.RouteTable].ContainsKey(listener.Name))
        && Clusters.Where(cluster => cluster.Kind == ClusterKind.Mesh).All(cluster => AreEndpointsKnown(cluster.Name))
        && References().All(cluster => _accepted[TypeUrls.Cluster].ContainsKey(cluster) || !Board.IsRefused(TypeUrls.Cluster, cluster));

    private bool AreEndpointsKnown(string cluster) => _accepted[TypeUrls.Endpoints].ContainsKey(cluster)
        || (_endpointsDue.TryGetValue(cluster, out var due) && due <= time.GetUtcNow());

    private IEnumerable<string> References() => Values<RouteTable>(TypeUrls.RouteTable).SelectMany(RouteTableCodec.Clusters)
        .Concat(Values<OutboundListener>(TypeUrls.Listener).SelectMany(listener => listener.TcpBackends).Select(backend => backend.Cluster));

    private IEnumerable<OutboundListener> HttpListeners() =>
        Values<OutboundListener>(TypeUrls.Listener).Where(listener => listener.Protocol != Model.Topology.AppProtocol.Tcp);

    private IEnumerable<T> Values<T>(string typeUrl) => _accepted[typeUrl].Values.Select(accepted => accepted.Value).OfType<T>();

    private EndpointSet EndpointsOf(string cluster) =>
        _accepted[TypeUrls.Endpoints].GetValueOrDefault(cluster)?.Value as EndpointSet ?? new(cluster, []);

    private IEnumerable<XdsResource> LiveEndpoints() => _live
        .Select(resource => resource.Value).OfType<Cluster>()
        .Select(cluster => _accepted[TypeUrls.Endpoints].GetValueOrDefault(cluster.Name)?.Resource)
        .OfType<XdsResource>();

    private ImmutableArray<string> Take(XdsResource resource)
    {
        var errors = resource.TypeUrl == TypeUrls.Listener ? TakePermissions(resource) : [];
        try
        {
            var value = ResourceDecoder.Decode(resource);
            if (errors.IsEmpty)
            {
                _accepted[resource.TypeUrl][resource.Name] = new(resource, value, time.GetUtcNow());
            }
        }
        catch (ResourceRefusedException e)
        {
            errors = errors.Contains(e.Message) ? errors : errors.Add(e.Message);
        }

        return errors;
    }

    private ImmutableArray<string> TakePermissions(XdsResource listener)
    {
        try
        {
            _permissions.Apply(listener);
            return [];
        }
        catch (ResourceRefusedException e)
        {
            return [e.Message];
        }
    }

    private ImmutableArray<string> ApplyLeases(
        string typeUrl, IEnumerable<XdsResource> resources, IEnumerable<string> removed, Action<XdsResource> take, Action<string> remove, Action settle)
    {
        var errors = ImmutableArray.CreateBuilder<string>();
        foreach (var resource in resources)
        {
            try
            {
                take(resource);
                Board.Acked(resource);
            }
            catch (ResourceRefusedException e)
            {
                errors.Add($"{resource.Name}: {e.Message}");
                Board.Nacked(resource, e.Message);
            }
        }

        foreach (var name in removed)
        {
            remove(name);
            Board.Removed(typeUrl, name, wanted: false);
        }

        settle();
        return errors.DrainToImmutable();
    }

    private void SettlePermissions()
    {
        if (_permissions.Settle())
        {
            sink.OnPermissions(_permissions.Current);
            PermissionEdition++;
            Edition++;
        }
    }
}
