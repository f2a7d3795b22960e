using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Envoy.Service.Discovery.V3;
using Mesh.Model.Snapshots;
using Mesh.Xds.Client;
using Mesh.Xds.Codecs;
using Mesh.Xds.Tests.Codecs;
using Mesh.Xds.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Xds.Tests.Client;

/// <summary>The client's state machine without a transport, spoken to as a server speaks.</summary>
internal sealed class FollowingClient
{
    private readonly ClientSession _session;
    private int _nonce;

    public FollowingClient(string stateDirectory = "unused", ConfigurationStore? store = null)
    {
        var options = new AdsClientOptions { Node = new NodeId(Samples.Storefront, "storefront-1"), StateDirectory = stateDirectory };
        Store = store ?? new ConfigurationStore(options, Sink, Time);
        _session = new(options, Store);
        Opening = [.. _session.Open()];
    }

    public RecordingSink Sink { get; } = new();

    public FakeTimeProvider Time { get; } = new();

    public ConfigurationStore Store { get; }

    public ImmutableArray<DeltaDiscoveryRequest> Opening { get; }

    /// <summary>Sends resources; what the client says to it, as <c>CDS ack</c>, <c>EDS +name</c>, <c>LDS nack: …</c>.</summary>
    public string[] Send(string typeUrl, IEnumerable<XdsResource> resources, params string[] removed)
    {
        var response = new DeltaDiscoveryResponse { TypeUrl = typeUrl, Nonce = $"n{++_nonce}" };
        response.Resources.AddRange(resources.Where(resource => resource.TypeUrl == typeUrl).Select(resource => resource.ToMessage()));
        response.RemovedResources.AddRange(removed);
        return [.. _session.OnResponse(response).Select(request => Describe(request, response.Nonce))];
    }

    /// <summary>Sends all of a snapshot in the server's order, every upstream with one replica.</summary>
    public FollowingClient SendAll(ProxySnapshot snapshot)
    {
        var resources = SnapshotCodec.Encode(snapshot);
        Send(TypeUrls.Cluster, resources);
        Send(TypeUrls.Endpoints, snapshot.Clusters.Select(cluster => SnapshotCodec.Encode(new EndpointSet(cluster.Name, [new Endpoint("127.0.0.1", 1, "r")]))));
        Send(TypeUrls.Listener, resources);
        Send(TypeUrls.RouteTable, resources);
        return this;
    }

    public JsonElement State()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Store.Board.Write(writer);
        }

        return JsonDocument.Parse(Encoding.UTF8.GetString(buffer.ToArray())).RootElement;
    }

    private static string Describe(DeltaDiscoveryRequest request, string nonce)
    {
        var type = TypeUrls.ShortName(request.TypeUrl);
        if (request.ErrorDetail is not null)
        {
            return $"{type} nack: {request.ErrorDetail.Message}";
        }

        return request.ResponseNonce == nonce
            ? $"{type} ack"
            : type + string.Concat(request.ResourceNamesSubscribe.Select(name => $" +{name}").Concat(request.ResourceNamesUnsubscribe.Select(name => $" -{name}")));
    }
}
