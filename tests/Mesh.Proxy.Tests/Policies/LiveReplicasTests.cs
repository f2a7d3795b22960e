using System.Collections.Immutable;
using System.Net;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.LoadBalancing;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Tests.Policies;

/// <summary>Who is picked from when some are left out: fewer, those of the next priority, or in panic all.</summary>
public sealed class LiveReplicasTests
{
    [Theory]
    // a replica for each letter, priorities divided by blanks: + used, x left out, - not ready; who is picked from
    [InlineData("+", 50, "+", false)]
    [InlineData("x", 50, "x", true)] // nobody is left, so that the last one serves
    [InlineData("x", 0, "", false)]
    [InlineData("+x", 50, "+", false)] // half is enough
    [InlineData("+x", 51, "+x", true)]
    [InlineData("xx", 50, "xx", true)]
    [InlineData("++x", 50, "++", false)]
    [InlineData("+xx", 50, "+xx", true)]
    [InlineData("+xx", 30, "+", false)]
    [InlineData("xx ++", 50, "++", false)] // the next priority carries everything: nobody panics
    [InlineData("+xx +x", 50, "++", false)] // both together do
    [InlineData("xxx +x", 50, "xxx+", true)] // both together do not: the one of which too much is left out does
    [InlineData("x-- +", 50, "+", false)]
    [InlineData("+-- x", 50, "+x", true)]
    public void Of_LeftOut_AreUsedInPanicOnly(string levels, double threshold, string expected, bool isPanic)
    {
        var replicas = ImmutableArray.CreateBuilder<UpstreamReplica>();
        var ready = ImmutableArray.CreateBuilder<Endpoint>();
        var unready = ImmutableArray.CreateBuilder<Endpoint>();
        var priority = 0;
        foreach (var letter in levels)
        {
            var endpoint = new Endpoint("127.0.0.1", 1000 + replicas.Count, letter.ToString(), Priority: priority);
            switch (letter)
            {
                case ' ':
                    priority++;
                    break;
                case '-':
                    unready.Add(endpoint);
                    break;
                default:
                    ready.Add(endpoint);
                    replicas.Add(new UpstreamReplica(endpoint.Replica, new IPEndPoint(IPAddress.Loopback, endpoint.Port), 1) { IsEjected = letter == 'x' });
                    break;
            }
        }

        var live = LiveReplicas.Of(replicas.ToImmutable(), new EndpointSet("orders", ready.ToImmutable()) { Unready = unready.ToImmutable() }, threshold);

        Assert.Equal(expected, string.Concat(live.Replicas.Select(replica => replica.Name)));
        Assert.Equal(expected, string.Concat(live.Announced!.Endpoints.Select(endpoint => endpoint.Replica)));
        Assert.Equal(levels.Count(letter => letter != ' ') - expected.Length, live.Announced.Unready.Length);
        Assert.Equal(isPanic, live.IsPanic);
    }
}
