using Mesh.Model.Recording;

namespace Mesh.Model.Tests.Recording;

/// <summary>However much callers make up, an edge stays as big as it may be.</summary>
public sealed class EdgeRecordingTests
{
    private readonly EdgeRecording _edge = new("spiffe://shop.local/ns/default/sa/web", "http");

    [Fact]
    public void Find_ManyNamesInOnePlace_AreOneOperation()
    {
        for (var i = 0; i < 5000; i++)
        {
            See("GET", $"/users/{Word(i)}");
        }

        See("DELETE", "/users/zoe");
        _edge.Fold();

        Assert.Equal(["DELETE /users/{}", "GET /users/{}"], _edge.Operations.Keys.Select(k => k.ToString()).Order());
        Assert.Equal(5001, _edge.Operations.Values.Sum(o => o.Succeeded));
        Assert.Equal(0, _edge.Unlisted);
    }

    [Fact]
    public void Find_MoreOperationsThanThereIsRoomFor_CountsTheRest()
    {
        // No place has many names, so that nothing folds.
        for (var i = 0; i < 1000; i++)
        {
            See("GET", $"/{Word(i % 10)}/{Word(i / 10 % 10)}/{Word(i / 100)}");
        }

        Assert.Equal(EdgeRecording.MostOperations, _edge.Operations.Count);
        Assert.Equal(1000 - EdgeRecording.MostOperations, _edge.Unlisted);
    }

    [Fact]
    public void Add_WhatReplicasSaw_IsSummedUp()
    {
        See("GET", "/a");
        var other = new EdgeRecording(_edge.Caller, _edge.Port) { Refused = 2, Ambiguous = 3 };
        other.Find(OperationKey.Of("GET", "/a", false))!.ClientErrors = 4;
        other.Find(OperationKey.Of("GET", "/a", false))!.AddDuration(7, 5);

        _edge.Add(other);

        var count = Assert.Single(_edge.Operations).Value;
        Assert.Equal((1, 4, 5, 2, 3), (count.Succeeded, count.ClientErrors, count.Durations[7], _edge.Refused, _edge.Ambiguous));
    }

    [Theory]
    [InlineData("POST", "/shop.Orders/Get", true, "gRPC shop.Orders/Get")]
    [InlineData("POST", "/shop.Orders/Get", false, "POST /shop.Orders/Get")]
    [InlineData("GET", "/shop.Orders/Get", true, "GET /shop.Orders/Get")]
    [InlineData("POST", "/shop.Orders/Get/7", true, "POST /shop.Orders/Get/{}")]
    [InlineData("PROPFIND", "/dav", false, "/dav")]
    [InlineData("POST", "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", true, "gRPC grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")]
    [InlineData("POST", "/acme.billing_accounts.v1beta1.OrdersService/StreamAllOrders", true, "gRPC acme.billing_accounts.v1beta1.OrdersService/StreamAllOrders")]
    // whoever calls may say that anything is gRPC
    [InlineData("POST", "/x/tok_9f8e7d6c5b4a", true, "POST /x/{}")]
    [InlineData("POST", "/shop.Orders/aB3xY9kQz", true, "POST /shop.Orders/{}")]
    public void Of_ARequest_IsWhatPermissionsCanName(string method, string path, bool isGrpc, string operation)
    {
        var key = OperationKey.Of(method, path, isGrpc);

        Assert.Equal(operation, key.ToString());
        Assert.True(key.IsValid);
    }

    [Theory]
    [InlineData("get", "/a", false)]
    [InlineData("GET", "/orders/7", false)]
    [InlineData("POST", "/shop.Orders/7", true)]
    [InlineData("POST", "/shop.Orders/aB3xY9kQz", true)]
    [InlineData("GET", "/shop.Orders/Get", true)]
    public void IsValid_WhatNoSidecarReports_IsNot(string method, string path, bool isGrpc) => Assert.False(new OperationKey(method, path, isGrpc).IsValid);

    private void See(string method, string path)
    {
        if (_edge.Find(OperationKey.Of(method, path, isGrpc: false)) is { } count)
        {
            count.Succeeded++;
        }
        else
        {
            _edge.Unlisted++;
        }
    }

    private static string Word(int i) => $"{(char)('g' + (i % 20))}{(char)('g' + (i / 20 % 20))}{(char)('g' + (i / 400 % 20))}";
}
