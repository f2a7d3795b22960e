using System.Collections.Immutable;
using Envoy.Config.Core.V3;
using Envoy.Service.Discovery.V3;
using Grpc.Core;
using Mesh.Xds.Wire;
using RpcStatus = Google.Rpc.Status;

namespace Mesh.Xds.Client;

/// <summary>The state machine of one delta stream at the client: responses go in, requests come out. Knows no transport.</summary>
internal sealed class ClientSession(AdsClientOptions options, ConfigurationStore store)
{
    private const string UserAgent = "mesh-proxy";

    private readonly Dictionary<string, HashSet<string>> _subscribed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _opened = [];
    private bool _nodeSent;

    /// <summary>The requests that open the stream: everything of LDS, CDS, faults and recordings, what is known to be needed of EDS and RDS, with the versions that are there.</summary>
    public IEnumerable<DeltaDiscoveryRequest> Open()
    {
        yield return First(TypeUrls.Cluster);
        foreach (var request in Subscriptions(TypeUrls.Endpoints))
        {
            yield return request;
        }

        yield return First(TypeUrls.Listener);
        foreach (var request in Subscriptions(TypeUrls.RouteTable))
        {
            yield return request;
        }

        yield return First(TypeUrls.Fault);
        yield return First(TypeUrls.Recording);
    }

    /// <summary>
    /// Takes a response. Subscriptions to what it refers to come before its answer, so that the server sends those before it goes on to the next type.
    /// </summary>
    public ImmutableArray<DeltaDiscoveryRequest> OnResponse(DeltaDiscoveryResponse response)
    {
        if (!TypeUrls.InOrder.Contains(response.TypeUrl))
        {
            return [new() { TypeUrl = response.TypeUrl, ResponseNonce = response.Nonce, ErrorDetail = Refusal($"type {response.TypeUrl} was not asked for") }];
        }

        var foreign = response.Resources.Where(resource => resource.Resource_?.TypeUrl != response.TypeUrl).Select(resource =>
            $"{resource.Name}: its type is {resource.Resource_?.TypeUrl ?? "missing"}, not {response.TypeUrl}");
        var resources = response.Resources.Where(resource => resource.Resource_?.TypeUrl == response.TypeUrl).Select(XdsResource.From);
        var errors = foreign.Concat(store.Apply(response.TypeUrl, resources, response.RemovedResources)).ToArray();
        var requests = ImmutableArray.CreateBuilder<DeltaDiscoveryRequest>();
        requests.AddRange(response.TypeUrl switch
        {
            TypeUrls.Cluster => Subscriptions(TypeUrls.Endpoints),
            TypeUrls.Listener => Subscriptions(TypeUrls.RouteTable),
            _ => [],
        });
        var answer = new DeltaDiscoveryRequest { TypeUrl = response.TypeUrl, ResponseNonce = response.Nonce };
        if (errors.Length > 0)
        {
            answer.ErrorDetail = Refusal(string.Join('\n', errors));
        }

        requests.Add(answer);
        store.Settle();
        return requests.DrainToImmutable();
    }

    private static RpcStatus Refusal(string errors) => new() { Code = (int)StatusCode.InvalidArgument, Message = errors };

    private IEnumerable<DeltaDiscoveryRequest> Subscriptions(string typeUrl)
    {
        var wanted = store.Wanted(typeUrl)!;
        if (!_subscribed.TryGetValue(typeUrl, out var subscribed))
        {
            _subscribed[typeUrl] = subscribed = new(StringComparer.Ordinal);
        }

        var added = wanted.Where(name => !subscribed.Contains(name)).Order(StringComparer.Ordinal).ToArray();
        var dropped = subscribed.Where(name => !wanted.Contains(name)).Order(StringComparer.Ordinal).ToArray();
        if (added.Length == 0 && dropped.Length == 0)
        {
            yield break;
        }

        subscribed.UnionWith(added);
        subscribed.ExceptWith(dropped);
        store.Subscribed(typeUrl, added);
        store.Unsubscribed(typeUrl, dropped);
        var request = First(typeUrl);
        request.ResourceNamesSubscribe.AddRange(added);
        request.ResourceNamesUnsubscribe.AddRange(dropped);
        yield return request;
    }

    /// <summary>A request that brings along what only the first of a stream, and the first of a type, have to say.</summary>
    private DeltaDiscoveryRequest First(string typeUrl)
    {
        var request = new DeltaDiscoveryRequest { TypeUrl = typeUrl };
        if (_opened.Add(typeUrl))
        {
            foreach (var held in store.Held(typeUrl))
            {
                request.InitialResourceVersions[held.Name] = held.Version;
            }
        }

        if (!_nodeSent)
        {
            _nodeSent = true;
            request.Node = new Node
            {
                Id = options.Node.ToString(),
                Cluster = options.Node.Identity.TryGetService(out var service) ? service.ToString() : options.Node.Identity.Text,
                Locality = new Locality { Zone = options.Zone },
                UserAgentName = UserAgent,
                UserAgentVersion = options.Version,
            };
        }

        return request;
    }
}
