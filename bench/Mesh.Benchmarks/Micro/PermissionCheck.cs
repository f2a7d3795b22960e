using System.Globalization;
using BenchmarkDotNet.Attributes;
using Mesh.Model;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.TrafficPermission;

namespace Mesh.Benchmarks.Micro;

/// <summary>Whether a caller may; the one that is allowed stands last.</summary>
public class PermissionCheck
{
    private const string Allowed = "spiffe://bench.mesh/ns/bench/sa/storefront";
    private CompiledPermissions _permissions = CompiledPermissions.Nobody;

    /// <summary>Services that may call.</summary>
    [Params(2, 200)]
    public int Callers { get; set; }

    /// <summary>Compiles the rules.</summary>
    [GlobalSetup]
    public void Compile() => _permissions = new(new PermissionSet
    {
        Deny = [Rule("spiffe://bench.mesh/ns/bench/sa/intruder")],
        Allow =
        [
            .. Enumerable.Range(1, Callers - 1).Select(i => Rule(string.Create(CultureInfo.InvariantCulture, $"spiffe://bench.mesh/ns/bench/sa/caller-{i}"))),
            Rule(Allowed),
        ],
    });

    /// <summary>One decision.</summary>
    [Benchmark]
    public bool Decide() => _permissions.Decide(Allowed, "GET", "/orders/17").IsAllowed;

    private static PermissionRule Rule(string caller) => new() { Principals = [new PrincipalMatch(caller)], Origin = Origin.Default };
}
