using Mesh.Proxy.Tests.Pair;
using Microsoft.AspNetCore.Http;
using Endpoint = Mesh.Model.Snapshots.Endpoint;

namespace Mesh.Proxy.Tests;

/// <summary>Requests stay near as long as enough is left there.</summary>
public sealed class FailoverTests
{
    private const int Nobody = 1; // a port where nothing listens

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task NearReplica_GoesAndComesBack_FarOnesServeMeanwhile()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("near", context.RequestAborted));
        await using var second = await TestApp.StartAsync(context => context.Response.WriteAsync("far", context.RequestAborted));
        await using var pair = await ProxyPair.StartAsync(app.Address);
        await using var far = await pair.AddReplicaAsync("orders-2", second.Address);
        using var client = new HttpClient();

        Announce(pair.Callee.MeshDoor.Port);
        Assert.Equal(["near"], await AnswersAsync(client, pair.Url));

        Announce(Nobody);
        Assert.Equal(["far"], await AnswersAsync(client, pair.Url));

        Announce(pair.Callee.MeshDoor.Port);
        Assert.Equal(["near"], await AnswersAsync(client, pair.Url));

        void Announce(int near) => pair.Apply(o => o with
        {
            Endpoints = [new Endpoint("127.0.0.1", near, "orders-1", Zone: "north"), new Endpoint("127.0.0.1", far.MeshDoor.Port, "orders-2", Zone: "south", Priority: 1)],
        });
    }

    private static async Task<string[]> AnswersAsync(HttpClient client, Uri url)
    {
        var answers = new HashSet<string>();
        for (var i = 0; i < 10; i++)
        {
            answers.Add(await client.GetStringAsync(url, Stop).InTime());
        }

        return [.. answers];
    }
}
