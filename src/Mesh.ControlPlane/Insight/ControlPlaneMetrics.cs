using System.Diagnostics.Metrics;

namespace Mesh.ControlPlane.Insight;

/// <summary>What the control plane counts.</summary>
internal sealed class ControlPlaneMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Mesh.ControlPlane";

    private readonly Meter _meter;
    private readonly Counter<long> _svids;
    private readonly Counter<long> _nacks;
    private readonly Counter<long> _pushes;
    private readonly Counter<long> _audited;
    private readonly Counter<long> _clientRequests;
    private readonly Counter<long> _clusterRequests;
    private readonly Counter<long> _leftOut;
    private readonly Histogram<double> _compile;

    public ControlPlaneMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _svids = _meter.CreateCounter<long>("mesh.authority.svids.signed", "{certificate}", "Certificates that the authority signed.");
        _nacks = _meter.CreateCounter<long>("mesh.xds.nacks", "{response}", "Responses that a proxy refused.");
        _pushes = _meter.CreateCounter<long>("mesh.xds.pushes", "{snapshot}", "Snapshots that were published.");
        _audited = _meter.CreateCounter<long>("mesh.api.writes", "{write}", "Writes over the API, by outcome.");
        _clientRequests = _meter.CreateCounter<long>("mesh.client.requests", "{request}", "Requests that gRPC clients and Envoy report, by caller, cluster and outcome.");
        _leftOut = _meter.CreateCounter<long>("mesh.replicas.left_out.events", "{event}", "How often sidecars left a ready replica out, by outlier detection or by health checks.");
        _clusterRequests = _meter.CreateCounter<long>("mesh.kubernetes.requests", "{request}", "Requests to the Kubernetes API server; a watch is one.");
        _compile = _meter.CreateHistogram(
            "mesh.compile.duration",
            "s",
            "From a change to its published snapshots.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5] });
    }

    /// <summary>A certificate was signed.</summary>
    public void SvidSigned() => _svids.Add(1);

    /// <summary>A proxy refused a response.</summary>
    public void Nack(string type) => _nacks.Add(1, new KeyValuePair<string, object?>("mesh.xds.type", type));

    /// <summary>Snapshots were published.</summary>
    /// <param name="scope"><c>full</c>, or <c>endpoints</c> for the short way.</param>
    public void Published(string scope) => _pushes.Add(1, new KeyValuePair<string, object?>("mesh.push.scope", scope));

    /// <summary>A compilation ended.</summary>
    public void Compiled(TimeSpan took) => _compile.Record(took.TotalSeconds);

    /// <summary>Someone wrote over the API.</summary>
    public void Audited(string outcome) => _audited.Add(1, new KeyValuePair<string, object?>("mesh.outcome", outcome));

    /// <summary>A client that is no sidecar of Mesh reported requests.</summary>
    public void ClientRequests(string caller, string cluster, long succeeded, long failed, long dropped)
    {
        foreach (var (outcome, count) in new[] { ("success", succeeded), ("error", failed), ("dropped", dropped) })
        {
            if (count > 0)
            {
                _clientRequests.Add(count, new("mesh.caller", caller), new("mesh.cluster", cluster), new("mesh.outcome", outcome));
            }
        }
    }

    /// <summary>Sidecars left ready replicas out.</summary>
    /// <param name="state"><c>ejected</c> or <c>unhealthy</c>.</param>
    /// <param name="count">How often.</param>
    public void LeftOut(string state, long count)
    {
        if (count > 0)
        {
            _leftOut.Add(count, new KeyValuePair<string, object?>("mesh.replica.state", state));
        }
    }

    /// <summary>Shows how many ready replicas sidecars leave out now, each as often as somebody does.</summary>
    public void ObserveLeftOut(Func<int> count) => _meter.CreateObservableGauge("mesh.replicas.left_out", count, "{replica}", "Ready replicas that sidecars connected here leave out, each counted for every sidecar that does.");

    /// <summary>Shows how many proxies are connected.</summary>
    public void ObserveProxies(Func<int> count) => _meter.CreateObservableGauge("mesh.proxies.connected", count, "{proxy}", "Proxies with an open configuration stream.");

    /// <summary>Shows how many clients are connected that are no sidecars of Mesh.</summary>
    /// <param name="count">Their number by kind.</param>
    public void ObserveClients(Func<IEnumerable<KeyValuePair<string, int>>> count) => _meter.CreateObservableGauge(
        "mesh.clients.connected",
        () => count().Select(kind => new Measurement<int>(kind.Value, new KeyValuePair<string, object?>("mesh.client.kind", kind.Key))),
        "{stream}",
        "Configuration streams of clients that are no sidecars of Mesh, by kind.");

    /// <summary>The Kubernetes API server was asked.</summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="status">What it answered; 0: nothing.</param>
    public void ClusterRequest(string method, int status) => _clusterRequests.Add(1, new("http.request.method", method), new("http.response.status_code", status));

    /// <summary>Shows whether this replica of the control plane leads.</summary>
    public void ObserveLeader(Func<bool> leads) => _meter.CreateObservableGauge("mesh.controlplane.leader", () => leads() ? 1 : 0, "{replica}", "1 where this replica of the control plane leads, else 0.");

    /// <summary>Shows how many replicas are registered.</summary>
    public void ObserveReplicas(Func<int> count) => _meter.CreateObservableGauge("mesh.replicas.registered", count, "{replica}", "Replicas with a live lease.");

    /// <summary>Shows how many faults are made on purpose.</summary>
    public void ObserveFaults(Func<int> count) => _meter.CreateObservableGauge("mesh.faults.live", count, "{fault}", "Faults that somebody asked for and that have not ended.");

    /// <summary>Shows for how many proxies a revocation is not known to be in force.</summary>
    public void ObserveUnacknowledgedRevocations(Func<int> count) => _meter.CreateObservableGauge(
        "mesh.revocations.unacknowledged",
        count,
        "{proxy}",
        "Proxies that have not acknowledged a permission revocation in time. Anything above 0 needs someone.");
}
