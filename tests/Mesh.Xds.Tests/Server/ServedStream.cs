using Envoy.Service.Discovery.V3;
using Google.Rpc;
using Mesh.Xds.Server;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Tests.Server;

/// <summary>One delta session without a transport, spoken to as a client speaks.</summary>
internal sealed class ServedStream : ISessionStream, ICacheListener, ISessionObserver
{
    private readonly DeltaSession _session;

    public ServedStream(SnapshotCache cache, string profile, string zone = "")
    {
        _session = new(cache, profile, this, this, TimeProvider.System, () => zone);
        cache.Attach(profile, this);
    }

    /// <summary>How often the cache woke the stream otherwise.</summary>
    public int SnapshotCalls { get; private set; }

    /// <summary>How often the cache told the stream of an endpoint set.</summary>
    public int EndpointCalls { get; private set; }

    /// <summary>Every answer: type, version, error.</summary>
    public List<(string TypeUrl, string Version, string? Error)> Answers { get; } = [];

    public ServedStream Ask(string typeUrl, string[]? subscribe = null, string[]? unsubscribe = null, params (string Name, string Version)[] held)
    {
        var request = new DeltaDiscoveryRequest { TypeUrl = typeUrl };
        request.ResourceNamesSubscribe.AddRange(subscribe ?? []);
        request.ResourceNamesUnsubscribe.AddRange(unsubscribe ?? []);
        foreach (var (name, version) in held)
        {
            request.InitialResourceVersions[name] = version;
        }

        _session.OnRequest(request);
        return this;
    }

    /// <summary>Asks as a sidecar does when it starts: all of CDS and LDS, and these of EDS and RDS.</summary>
    public ServedStream AskForEverything(params string[] services) => Ask(TypeUrls.Cluster).Ask(TypeUrls.Listener)
        .Ask(TypeUrls.Endpoints, [.. services.Select(service => $"shop/{service}/http")])
        .Ask(TypeUrls.RouteTable, [.. services.Select(service => $"outbound/shop/{service}/http")]);

    public DeltaDiscoveryResponse? Next() => _session.Next();

    /// <summary>The next response, which has to be there and of this type.</summary>
    public DeltaDiscoveryResponse Expect(string typeUrl)
    {
        var response = _session.Next();
        Assert.NotNull(response);
        Assert.Equal(TypeUrls.ShortName(typeUrl), TypeUrls.ShortName(response.TypeUrl));
        return response;
    }

    public void ExpectNothing() => Assert.Null(_session.Next());

    public void Ack(DeltaDiscoveryResponse response) => _session.OnRequest(new() { TypeUrl = response.TypeUrl, ResponseNonce = response.Nonce });

    public void Nack(DeltaDiscoveryResponse response, string error) =>
        _session.OnRequest(new() { TypeUrl = response.TypeUrl, ResponseNonce = response.Nonce, ErrorDetail = new Status { Code = 3, Message = error } });

    /// <summary>Takes and accepts responses until nothing is due; what came, as <c>TYPE +name -name</c>.</summary>
    public List<string> Drain()
    {
        var seen = new List<string>();
        while (_session.Next() is { } response)
        {
            var what = response.Resources.Select(resource => $" +{resource.Name}").Order(StringComparer.Ordinal).Concat(response.RemovedResources.Select(name => $" -{name}"));
            seen.Add(TypeUrls.ShortName(response.TypeUrl) + string.Concat(what));
            Ack(response);
        }

        return seen;
    }

    ISessionStream ISessionStream.Ask(string typeUrl, params string[] names) => Ask(typeUrl, names);

    ISessionStream ISessionStream.AskForEverything(params string[] services) => AskForEverything(services);

    Action<string?> ISessionStream.Take(string typeUrl)
    {
        var response = Expect(typeUrl);
        return error =>
        {
            if (error is null)
            {
                Ack(response);
            }
            else
            {
                Nack(response, error);
            }
        };
    }

    public void OnSnapshot() => SnapshotCalls++;

    public void OnEndpoints(string cluster)
    {
        EndpointCalls++;
        _session.OnEndpoints([cluster]);
    }

    public void OnSent(string typeUrl, string version)
    {
    }

    public void OnAnswer(string typeUrl, string version, string? error) => Answers.Add((typeUrl, version, error));

    public void OnInSync(string typeUrl, string version)
    {
    }

    public void OnUnknownType(string typeUrl)
    {
    }
}
