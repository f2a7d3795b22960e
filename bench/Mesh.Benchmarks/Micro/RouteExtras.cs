using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using BenchmarkDotNet.Attributes;
using Mesh.Model.Requests;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Outbound;
using Mesh.Proxy.Policies.Routing;
using Mesh.Proxy.Upstreams;
using Microsoft.AspNetCore.Http;

namespace Mesh.Benchmarks.Micro;

/// <summary>What rules do beside choosing a backend: CORS, mirrors, sessions.</summary>
public class RouteExtras
{
    private const string Cluster = "bench/orders/http";
    private const string Page = "https://shop.example";

    private readonly CompiledMirror _mirror = new(new RouteMirror(Cluster, 25));
    private readonly CompiledSession _session = new(new RouteSession { Name = "mesh-session" }, "/");
    private readonly RouteFilters _filters = new(null!);
    private readonly HeaderDictionary _response = [];
    private readonly HeaderDictionary _first = new() { ["Accept"] = "*/*" };
    private readonly HeaderDictionary _again = new() { ["Accept"] = "*/*" };
    private readonly DefaultHttpContext _plain = new() { Request = { Method = "GET" } };
    private readonly DefaultHttpContext _page = new() { Request = { Method = "GET", Headers = { Origin = Page } } };
    private readonly ImmutableArray<UpstreamReplica> _replicas =
        [.. Enumerable.Range(0, 10).Select(i => new UpstreamReplica(string.Create(CultureInfo.InvariantCulture, $"orders-{i}"), new IPEndPoint(IPAddress.Loopback, 1), 1))];

    private readonly CompiledRule _rule = new(new RouteRule
    {
        Name = "all",
        Action = new ForwardAction { Backends = [new(Cluster)] },
        Cors = new RouteCors { AllowOrigins = ["https://*.example", Page] },
    });

    private DateTimeOffset _now;

    /// <summary>Gives out a mark, for the last of ten replicas.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        _now = TimeProvider.System.GetUtcNow();
        var response = new HeaderDictionary();
        _session.Begin(_first, _now).Apply(Cluster, "orders-9", response);
        _again["Cookie"] = $"theme=dark; {response["Set-Cookie"].ToString().Split(';')[0]}";
    }

    /// <summary>A request that no page sends, of a rule with CORS.</summary>
    [Benchmark]
    public bool CorsOfNoPage() => Cors(_plain);

    /// <summary>A page's request, and the headers of its response.</summary>
    [Benchmark]
    public bool CorsOfAPage() => Cors(_page);

    /// <summary>Whether the next request is copied, of a quarter.</summary>
    [Benchmark]
    public bool Mirror() => _mirror.IsNext();

    /// <summary>A client that has no session yet, and is given one.</summary>
    [Benchmark]
    public object? SessionBegins() => Session(_first);

    /// <summary>One that comes again.</summary>
    [Benchmark]
    public object? SessionGoesOn() => Session(_again);

    private bool Cors(HttpContext context)
    {
        _response.Clear();
        var filtered = _filters.RunAsync(context, null!, _rule, new RequestTarget("/orders/17", ""), "bench/orders/http", clock: null);
        var effects = filtered.IsCompletedSuccessfully ? filtered.Result.Effects : throw new InvalidOperationException("It waits.");
        effects?.Apply(_response);
        return effects is not null;
    }

    private UpstreamReplica? Session(HeaderDictionary request)
    {
        _response.Clear();
        var use = _session.Begin(request, _now);
        var replica = use.Replica(Cluster, _replicas, timestamp: 1);
        use.Apply(Cluster, "orders-9", _response);
        return replica;
    }
}
