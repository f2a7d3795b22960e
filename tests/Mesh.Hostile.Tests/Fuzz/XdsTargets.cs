using System.Collections.Immutable;
using Envoy.Service.Discovery.V3;
using Google.Protobuf;
using Mesh.Model.Recording;
using Mesh.Model.Snapshots;
using Mesh.Xds.Client;
using Mesh.Xds.Codecs;
using Mesh.Xds.Server;
using Mesh.Xds.Tests.Codecs;
using Mesh.Xds.Validation;
using Mesh.Xds.Wire;

namespace Mesh.Hostile.Tests.Fuzz;

/// <summary>Both ends of the wire: what a control plane sends to a sidecar, and what a client asks of the control plane.</summary>
internal static class XdsTargets
{
    private const string Profile = "storefront";

    private static readonly ImmutableArray<XdsResource> Resources = [.. SnapshotCodec.Encode(Samples.Everything).OrderBy(r => r.TypeUrl + r.Name, StringComparer.Ordinal), SnapshotCodec.Encode(Samples.Endpoints("orders", 1, 2))];
    private static readonly SnapshotCache Cache = Filled();

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("xds-response", [.. Resources.GroupBy(r => r.TypeUrl).Select(Response)], ["type.googleapis.com/", "shop/orders/http", "inbound/mesh"], RunClient, 1500),
        new("xds-resource", [.. Resources.Select(r => r.Body.ToByteArray())], ["type.googleapis.com/", "spiffe://"], RunResource, 4000),
        new("xds-delta-request", [.. Requests().Select(r => r.ToByteArray())], ["*", "type.googleapis.com/envoy.config.cluster.v3.Cluster"], RunDelta, 6000),
        new("xds-state-request", [.. StateRequests().Select(r => r.ToByteArray())], ["*", "type.googleapis.com/envoy.config.cluster.v3.Cluster"], RunState, 6000),
    ];

    private static void RunClient(byte[] input)
    {
        var options = new AdsClientOptions { Node = new NodeId(Samples.Storefront, "storefront-1"), StateDirectory = "unused" };
        var session = new ClientSession(options, new ConfigurationStore(options, new Ignored(), TimeProvider.System));
        _ = session.Open().Count();
        // A right configuration, then the changed one: what is there must not be lost by an exception.
        foreach (var seed in All[0].Seeds)
        {
            session.OnResponse(DeltaDiscoveryResponse.Parser.ParseFrom(seed));
        }

        if (Parse(DeltaDiscoveryResponse.Parser, input) is { } response)
        {
            session.OnResponse(response);
        }
    }

    private static void RunResource(byte[] input)
    {
        foreach (var typeUrl in TypeUrls.InOrder)
        {
            var resource = XdsResource.From(new Resource { Name = "x", Version = "1", Resource_ = new() { TypeUrl = typeUrl, Value = ByteString.CopyFrom(input) } });
            try
            {
                ResourceDecoder.Decode(resource);
                _ = XdsValidator.Validate([resource]);
            }
            catch (ResourceRefusedException)
            {
                // A NACK.
            }
        }
    }

    private static void RunDelta(byte[] input)
    {
        var session = new DeltaSession(Cache, Profile, new Ignored(), new Ignored(), TimeProvider.System);
        session.OnRequest(new DeltaDiscoveryRequest { TypeUrl = TypeUrls.Cluster });
        var first = session.Next();
        if (Parse(DeltaDiscoveryRequest.Parser, input) is { } request)
        {
            session.OnRequest(request);
            request.ResponseNonce = first?.Nonce ?? "";
            session.OnRequest(request);
        }

        AtMost(64, () => session.Next() is not null);
    }

    private static void RunState(byte[] input)
    {
        var session = new StateSession(Cache, Profile, new Ignored(), new Ignored());
        session.OnRequest(new DiscoveryRequest { TypeUrl = TypeUrls.Cluster });
        var first = session.Next();
        if (Parse(DiscoveryRequest.Parser, input) is { } request)
        {
            session.OnRequest(request);
            request.ResponseNonce = first?.Nonce ?? "";
            session.OnRequest(request);
        }

        AtMost(64, () => session.Next() is not null);
    }

    private static void AtMost(int times, Func<bool> goesOn)
    {
        for (var i = 0; goesOn(); i++)
        {
            if (i > times)
            {
                throw new InvalidOperationException("One request is answered without end.");
            }
        }
    }

    private static T? Parse<T>(MessageParser<T> parser, byte[] input)
        where T : class, IMessage<T>
    {
        try
        {
            return parser.ParseFrom(input);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidOperationException)
        {
            return null; // gRPC ends the stream; the second is what the library throws for a wrapper that ends early
        }
    }

    private static byte[] Response(IGrouping<string, XdsResource> resources)
    {
        var response = new DeltaDiscoveryResponse { TypeUrl = resources.Key, Nonce = "1", SystemVersionInfo = "1" };
        response.Resources.AddRange(resources.Select(r => r.ToMessage()));
        response.RemovedResources.Add("gone");
        return response.ToByteArray();
    }

    private static IEnumerable<DeltaDiscoveryRequest> Requests()
    {
        yield return new() { TypeUrl = TypeUrls.Listener, ResourceNamesSubscribe = { "*", "inbound/mesh" }, ResourceNamesUnsubscribe = { "x" }, InitialResourceVersions = { ["a"] = "1" } };
        yield return new() { TypeUrl = TypeUrls.Endpoints, ResourceNamesSubscribe = { "shop/orders/http" }, ResponseNonce = "1", ErrorDetail = new() { Code = 3, Message = "no" } };
    }

    private static IEnumerable<DiscoveryRequest> StateRequests()
    {
        yield return new() { TypeUrl = TypeUrls.Listener, ResourceNames = { "inbound/mesh", "*" }, VersionInfo = "1" };
        yield return new() { TypeUrl = TypeUrls.Cluster, ResponseNonce = "1", VersionInfo = "0", ErrorDetail = new() { Code = 3, Message = "no" } };
    }

    private static SnapshotCache Filled()
    {
        var cache = new SnapshotCache();
        cache.Publish(Profile, Samples.Everything);
        return cache;
    }

    private sealed class Ignored : IConfigurationSink, ICacheListener, ISessionObserver
    {
        public void OnPermissions(DoorPermissions permissions)
        {
        }

        public void OnEndpoints(ImmutableArray<EndpointSet> changed)
        {
        }

        public void OnFaults(ImmutableArray<FaultRule> faults)
        {
        }

        public void OnRecording(RecordingOrder? order)
        {
        }

        public void OnSnapshot(ProxySnapshot snapshot)
        {
        }

        public void OnSnapshot()
        {
        }

        public void OnEndpoints(string cluster)
        {
        }

        public void OnSent(string typeUrl, string version)
        {
        }

        public void OnAnswer(string typeUrl, string version, string? error)
        {
        }

        public void OnInSync(string typeUrl, string version)
        {
        }

        public void OnUnknownType(string typeUrl)
        {
        }
    }
}
