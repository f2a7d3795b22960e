using System.Globalization;
using BenchmarkDotNet.Attributes;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.Routing;
using Microsoft.AspNetCore.Http;

namespace Mesh.Benchmarks.Micro;

/// <summary>Which rule of a table a request takes: always the last one, so that all others are looked at.</summary>
public class RouteMatching
{
    private readonly HttpRequest _request = new DefaultHttpContext
    {
        Request = { Method = "GET", Headers = { ["x-tier"] = "gold", ["Accept"] = "*/*", ["User-Agent"] = "bench" }, QueryString = new QueryString("?page=2&sort=price&tier=gold") },
    }.Request;

    private CompiledRoutes _paths = new(new RouteTable { Name = "" });
    private CompiledRoutes _headers = new(new RouteTable { Name = "" });
    private CompiledRoutes _parameters = new(new RouteTable { Name = "" });

    /// <summary>Rules in the table.</summary>
    [Params(1, 10, 100)]
    public int Rules { get; set; }

    /// <summary>Compiles the tables.</summary>
    [GlobalSetup]
    public void Compile()
    {
        _paths = Table(i => new RouteMatch { Path = new PathMatch(PathMatchKind.PathPrefix, i < Rules - 1 ? $"/orders-{i}" : "/orders") });
        _headers = Table(i => new RouteMatch { Headers = [new("x-tier", ValueMatchKind.Exact, i < Rules - 1 ? $"tier-{i}" : "gold")] });
        _parameters = Table(i => new RouteMatch { QueryParameters = [new("tier", ValueMatchKind.Exact, i < Rules - 1 ? $"tier-{i}" : "gold")] });
    }

    /// <summary>By path.</summary>
    [Benchmark(Baseline = true)]
    public object? Path() => _paths.Find(_request, "/orders/17");

    /// <summary>By a header.</summary>
    [Benchmark]
    public object? Header() => _headers.Find(_request, "/orders/17");

    /// <summary>By a query parameter.</summary>
    [Benchmark]
    public object? Parameter() => _parameters.Find(_request, "/orders/17");

    private CompiledRoutes Table(Func<int, RouteMatch> match) => new(new RouteTable
    {
        Name = "outbound/bench/orders/http",
        Rules = [.. Enumerable.Range(0, Rules).Select(i => new RouteRule { Name = string.Create(CultureInfo.InvariantCulture, $"r{i}"), Match = match(i), Action = new ForwardAction { Backends = [new("bench/orders/http")] } })],
    });
}
