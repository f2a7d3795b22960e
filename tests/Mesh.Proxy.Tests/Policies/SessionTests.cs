using System.Collections.Immutable;
using System.Net;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.LoadBalancing;
using Mesh.Proxy.Policies.Routing;
using Mesh.Proxy.Upstreams;
using Microsoft.AspNetCore.Http;

namespace Mesh.Proxy.Tests.Policies;

/// <summary>The mark by which a client's requests stay at one replica.</summary>
public sealed class SessionTests
{
    private const string Cluster = "default/orders/http";

    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddDays(20_000);
    private static readonly ImmutableArray<UpstreamReplica> Replicas = [.. new[] { "orders-0", "orders-1" }.Select(n => new UpstreamReplica(n, new IPEndPoint(IPAddress.Loopback, 1), 1))];

    [Theory]
    [InlineData(0, true)]
    [InlineData(59, true)]
    [InlineData(60, false)]
    [InlineData(-5, true)]
    [InlineData(-300, false)]
    public void Begin_MarkOfSomeSecondsAgo_IsLiveWithinItsLimitAndTheSkewOfClocks(int ago, bool isLive)
    {
        var session = new CompiledSession(new RouteSession { Kind = SessionKind.Header, Name = "x-where", IdleTimeout = TimeSpan.FromMinutes(1) }, "/");
        var response = new HeaderDictionary();
        session.Begin(new HeaderDictionary(), Now - TimeSpan.FromSeconds(ago)).Apply(Cluster, "orders-1", response);

        var use = session.Begin(new HeaderDictionary { ["x-where"] = response["x-where"] }, Now);

        Assert.Equal(isLive ? "orders-1" : null, use.Replica(Cluster, Replicas, timestamp: 0)?.Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("0123456789abcdef")]
    [InlineData("0123456789abcdef0123456789abcde\u00e9")]
    [InlineData("0123456789abcdef0123456789abcdef.")]
    [InlineData("0123456789abcdef0123456789abcdef.1")]
    [InlineData("0123456789abcdef0123456789abcdef..")]
    [InlineData("0123456789abcdef0123456789abcdef.ffffffffffffffff.1")]
    [InlineData("0123456789abcdef0123456789abcdef.1.11111111111111111")]
    [InlineData("-123456789abcdef0123456789abcdef")]
    public void TryParse_WhatNobodyGaveOut_IsNoMark(string text) => Assert.False(SessionMark.TryParse(text, out _));

    [Fact]
    public void Replica_MarkThatAClientMadeUp_IsThatOfNobody()
    {
        var session = new CompiledSession(new RouteSession { Name = "where" }, "/");
        var made = new SessionMark(KeyHash.Of("default/admin/http"), KeyHash.Of("orders-1"), 0, 0);

        var use = session.Begin(new HeaderDictionary { ["Cookie"] = $"a=b; where={made}" }, Now);

        Assert.Null(use.Replica(Cluster, Replicas, timestamp: 0));
        Assert.Null(use.Backend(new WeightedSplit([new WeightedCluster(Cluster)])));
    }
}
