using Envoy.Config.Cluster.V3;
using Envoy.Config.Endpoint.V3;
using Envoy.Config.Listener.V3;
using Envoy.Config.Route.V3;
using Envoy.Service.Discovery.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Xds.Server;
using Mesh.Xds.Wire;
using Status = Google.Rpc.Status;

namespace Mesh.Xds.Tests.Server;

/// <summary>One state-of-the-world session without a transport, spoken to as a gRPC client speaks: every request lists all names.</summary>
internal sealed class StateStream : ISessionStream, ICacheListener, ISessionObserver
{
    private readonly StateSession _session;
    private readonly Dictionary<string, string[]> _names = [];
    private readonly Dictionary<string, (string Version, string Nonce)> _last = [];

    public StateStream(SnapshotCache cache, string profile)
    {
        _session = new(cache, profile, this, this);
        cache.Attach(profile, this);
    }

    /// <summary>How often the cache told the stream of an endpoint set.</summary>
    public int EndpointCalls { get; private set; }

    /// <summary>Every answer: type, version of the profile, error.</summary>
    public List<(string TypeUrl, string Version, string? Error)> Answers { get; } = [];

    /// <summary>Every type of which the session found that nothing is due, with the version of the profile.</summary>
    public List<(string TypeUrl, string Version)> InSync { get; } = [];

    /// <summary>Lists the names that are wanted of a type from now on.</summary>
    public StateStream Ask(string typeUrl, params string[] names)
    {
        _names[typeUrl] = names;
        var (version, nonce) = _last.GetValueOrDefault(typeUrl, ("", ""));
        return Say(typeUrl, version, nonce);
    }

    /// <summary>The first request of a client that comes back: old version, no nonce, all names.</summary>
    public StateStream AskAgain(string typeUrl, string version, params string[] names)
    {
        _names[typeUrl] = names;
        _last[typeUrl] = (version, "");
        return Say(typeUrl, version, "");
    }

    /// <summary>Asks as Envoy does when it starts: all of CDS and LDS, and these of EDS and RDS.</summary>
    public StateStream AskForEverything(params string[] services) => Ask(TypeUrls.Cluster).Ask(TypeUrls.Listener)
        .Ask(TypeUrls.Endpoints, [.. services.Select(service => $"shop/{service}/http")])
        .Ask(TypeUrls.RouteTable, [.. services.Select(service => $"outbound/shop/{service}/http")]);

    /// <summary>A request with a nonce of the test's choice.</summary>
    public StateStream Say(string typeUrl, string version, string nonce, string? error = null)
    {
        var request = new DiscoveryRequest
        {
            TypeUrl = typeUrl,
            VersionInfo = version,
            ResponseNonce = nonce,
            ErrorDetail = error is null ? null : new Status { Code = 3, Message = error },
        };
        request.ResourceNames.AddRange(_names.GetValueOrDefault(typeUrl, []));
        _session.OnRequest(request);
        return this;
    }

    public DiscoveryResponse? Next() => _session.Next();

    /// <summary>The next response, which has to be there and of this type.</summary>
    public DiscoveryResponse Expect(string typeUrl)
    {
        var response = _session.Next();
        Assert.NotNull(response);
        Assert.Equal(TypeUrls.ShortName(typeUrl), TypeUrls.ShortName(response.TypeUrl));
        return response;
    }

    public void ExpectNothing() => Assert.Null(_session.Next());

    public void Ack(DiscoveryResponse response)
    {
        _last[response.TypeUrl] = (response.VersionInfo, response.Nonce);
        Say(response.TypeUrl, response.VersionInfo, response.Nonce);
    }

    public void Nack(DiscoveryResponse response, string error)
    {
        var version = _last.GetValueOrDefault(response.TypeUrl).Version ?? "";
        _last[response.TypeUrl] = (version, response.Nonce);
        Say(response.TypeUrl, version, response.Nonce, error);
    }

    /// <summary>Takes and accepts responses until nothing is due; what came, as <c>TYPE name name</c>, names in order.</summary>
    public List<string> Drain()
    {
        var seen = new List<string>();
        while (_session.Next() is { } response)
        {
            seen.Add(Line(response));
            Ack(response);
        }

        return seen;
    }

    /// <summary>What a response holds, as <c>TYPE name name</c>, names in order.</summary>
    public static string Line(DiscoveryResponse response) =>
        string.Join(' ', [TypeUrls.ShortName(response.TypeUrl), .. response.Resources.Select(NameOf).Order(StringComparer.Ordinal)]);

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

    public void OnSnapshot()
    {
    }

    public void OnEndpoints(string cluster)
    {
        EndpointCalls++;
        _session.OnEndpoints([cluster]);
    }

    public void OnSent(string typeUrl, string version)
    {
    }

    public void OnAnswer(string typeUrl, string version, string? error) => Answers.Add((typeUrl, version, error));

    public void OnInSync(string typeUrl, string version) => InSync.Add((typeUrl, version));

    public void OnUnknownType(string typeUrl)
    {
    }

    private static string NameOf(Any resource) => resource.TypeUrl switch
    {
        TypeUrls.Cluster => resource.Unpack<Cluster>().Name,
        TypeUrls.Endpoints => resource.Unpack<ClusterLoadAssignment>().ClusterName,
        TypeUrls.Listener => resource.Unpack<Listener>().Name,
        _ => resource.Unpack<RouteConfiguration>().Name,
    };
}
