using System.Collections.Immutable;
using System.Globalization;
using BenchmarkDotNet.Attributes;
using Mesh.Model;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.RateLimit;
using Microsoft.AspNetCore.Http;

namespace Mesh.Benchmarks.Micro;

/// <summary>Whether a request is one too many; the caller's own limit stands behind those of others.</summary>
public class RateLimitCheck
{
    private const string Caller = "spiffe://bench.mesh/ns/bench/sa/storefront";
    private readonly DefaultHttpContext _context = new();
    private CompiledLimits? _limits;

    /// <summary>Callers with limits of their own, each with one for a route.</summary>
    [Params(1, 20)]
    public int Callers { get; set; }

    /// <summary>Compiles the limits.</summary>
    [GlobalSetup]
    public void Compile()
    {
        _context.Request.Method = "GET";
        var limits = new InboundLimits
        {
            Requests =
            [
                .. Enumerable.Range(1, Callers - 1).SelectMany(i => Limits(string.Create(CultureInfo.InvariantCulture, $"spiffe://bench.mesh/ns/bench/sa/caller-{i}"))),
                .. Limits(Caller),
            ],
        };
        _limits = CompiledLimits.Create(limits, "http", previous: null, new TokenBuckets(null, TimeProvider.System));
    }

    /// <summary>One token of the caller's own bucket.</summary>
    [Benchmark]
    public bool Take() => _limits!.Take(Caller, _context, "/orders/17", out _) is null;

    private static ImmutableArray<RequestLimit> Limits(string caller)
    {
        var limit = new RequestLimit { Name = "default", Caller = new PrincipalMatch(caller), Rate = new Rate(Rate.Most, Rate.ShortestInterval), Origin = Origin.Default };
        return [limit with { Name = "reports", Match = new RouteMatch { Path = new PathMatch(PathMatchKind.PathPrefix, "/reports") } }, limit];
    }
}
