using BenchmarkDotNet.Attributes;
using Mesh.Benchmarks.Candidates;
using Mesh.Model.Requests;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.Routing;
using Microsoft.AspNetCore.Http;

namespace Mesh.Benchmarks.Micro;

/// <summary>Which rule of five a request takes; the last one in the side-by-side runs.</summary>
public class RouteSelection
{
    private readonly CompiledRoutes _routes = new(MeshSnapshots.OverHttp(WireProtocol.Auto).Caller.RouteTables[0]);
    private readonly HttpRequest _request = new DefaultHttpContext { Request = { Method = "GET", Path = "/orders/17" } }.Request;

    /// <summary>Path asked for.</summary>
    [Params("/healthz", "/orders/17")]
    public string Path { get; set; } = "";

    /// <summary>From the raw target to the rule.</summary>
    [Benchmark]
    public object? ParseAndFind() => RequestTarget.TryParse(Path, out var target) ? _routes.Find(_request, target.Path) : null;
}
