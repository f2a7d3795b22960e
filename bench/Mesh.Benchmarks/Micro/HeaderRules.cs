using BenchmarkDotNet.Attributes;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.Routing;
using Microsoft.AspNetCore.Http;

namespace Mesh.Benchmarks.Micro;

/// <summary>Header changes of a route, on a request with ten headers.</summary>
public class HeaderRules
{
    private static readonly HeaderModification Change = new()
    {
        Set = [new("x-canary", "always")],
        Add = [new("x-hop", "storefront")],
        Remove = ["x-debug"],
    };

    private readonly HeaderDictionary _headers = [];

    /// <summary>Fills the headers.</summary>
    [GlobalSetup]
    public void Fill()
    {
        foreach (var name in (string[])["accept", "accept-encoding", "accept-language", "cookie", "host", "traceparent", "user-agent", "x-debug", "x-request-id", "x-tenant"])
        {
            _headers[name] = "value";
        }
    }

    /// <summary>Most routes change nothing.</summary>
    [Benchmark(Baseline = true)]
    public void Nothing() => HeaderEditor.Apply(HeaderModification.None, _headers);

    /// <summary>One of each; taken back for the next turn.</summary>
    [Benchmark]
    public void SetAddRemove()
    {
        HeaderEditor.Apply(Change, _headers);
        _headers.Remove("x-hop");
        _headers["x-debug"] = "value";
    }
}
