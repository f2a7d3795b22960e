using Envoy.Config.Core.V3;
using Envoy.Extensions.TransportSockets.Tls.V3;
using Envoy.Service.Discovery.V3;
using Google.Protobuf;
using Grpc.Core;
using Mesh.Proxy.Relay;
using Mesh.Proxy.Tests.Pair;
using Mesh.Testing;
using Mesh.Xds.Wire;
using Microsoft.Extensions.DependencyInjection;
using Metadata = Grpc.Core.Metadata;
using static Envoy.Service.Discovery.V3.AggregatedDiscoveryService;

namespace Mesh.Proxy.Tests.Relay;

public sealed class RelayTests
{
    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Client_WithoutCertificate_IsServedAsThisWorkload()
    {
        await using var proxy = await RelayedProxy.StartAsync();
        using var channel = proxy.Connect();
        using var call = await FollowAsync(channel, new Node { Id = "spiffe://shop.local/ns/default/sa/payments#payments-1", Cluster = "whatever", UserAgentName = "some client" });

        await call.ResponseStream.MoveNext(Ending).InTime();

        Assert.Equal(["inbound/mesh"], call.ResponseStream.Current.Resources.Select(resource => resource.Name));
        var stream = Assert.Single(proxy.ControlPlane.Streams.Streams, s => s.UserAgent == "some client");
        Assert.Equal(RelayedProxy.NodeId, stream.NodeId);
        Assert.Equal(RelayedProxy.Id.Text, stream.Profile);
    }

    [Fact]
    public async Task Client_ThatNamesItselfLater_StaysThisWorkload()
    {
        await using var proxy = await RelayedProxy.StartAsync();
        using var channel = proxy.Connect();
        using var call = await FollowAsync(channel, new Node { UserAgentName = "some client" });
        await call.ResponseStream.MoveNext(Ending).InTime();

        await call.RequestStream.WriteAsync(new() { TypeUrl = TypeUrls.Listener, Node = new Node { Id = "spiffe://shop.local/ns/default/sa/payments#payments-1" }, ResponseNonce = call.ResponseStream.Current.Nonce }, Ending).InTime();
        await AcknowledgedAsync(proxy);

        Assert.All(proxy.ControlPlane.Streams.Streams, stream => Assert.Equal(RelayedProxy.NodeId, stream.NodeId));
    }

    [Fact]
    public async Task ControlPlane_Gone_EndsTheStreamAndHoldsTheNextUntilItIsBack()
    {
        await using var proxy = await RelayedProxy.StartAsync();
        using var channel = proxy.Connect();
        var port = proxy.ControlPlane.Address.Port;
        using (var first = await FollowAsync(channel))
        {
            await first.ResponseStream.MoveNext(Ending).InTime();

            await proxy.StopControlPlaneAsync();

            var end = await Assert.ThrowsAsync<RpcException>(() => first.ResponseStream.MoveNext(Ending).InTime());
            Assert.Equal(StatusCode.Unavailable, end.StatusCode);
        }

        using var second = await FollowAsync(channel);
        var answer = second.ResponseStream.MoveNext(Ending);
        await Eventually.IsAsync(() => proxy.Logged.Contains("waits for the control plane", StringComparison.Ordinal)).InTime();
        Assert.False(answer.IsCompleted);

        await proxy.RestartControlPlaneAsync(port);

        Assert.True(await answer.InTime());
    }

    [Fact]
    public async Task Renewal_OfTheConnection_EndsNoStreamBeforeItsGraceIsOver()
    {
        await using var proxy = await RelayedProxy.StartAsync(life: TimeSpan.FromSeconds(8));
        using var channel = proxy.Connect();
        using var call = await FollowAsync(channel);
        await call.ResponseStream.MoveNext(Ending).InTime();

        var end = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Ending).InTime());

        Assert.Equal((StatusCode.Unavailable, "The connection to the control plane was renewed; connect again."), (end.StatusCode, end.Status.Detail));
        using var next = await FollowAsync(channel);
        Assert.True(await next.ResponseStream.MoveNext(Ending).InTime());
    }

    [Fact]
    public async Task Address_WithoutTheToken_RefusesEverybody()
    {
        await using var proxy = await RelayedProxy.StartAsync(withAddress: true);
        using var channel = proxy.ConnectByAddress();

        using var without = new AggregatedDiscoveryServiceClient(channel).DeltaAggregatedResources(cancellationToken: Ending);
        var refusal = await Assert.ThrowsAsync<RpcException>(() => without.ResponseStream.MoveNext(Ending).InTime());
        Assert.Equal(StatusCode.Unauthenticated, refusal.StatusCode);

        using var wrong = new AggregatedDiscoveryServiceClient(channel).DeltaAggregatedResources(new Metadata { { "authorization", "Bearer " + new string('0', 22) } }, cancellationToken: Ending);
        refusal = await Assert.ThrowsAsync<RpcException>(() => wrong.ResponseStream.MoveNext(Ending).InTime());
        Assert.Equal(StatusCode.Unauthenticated, refusal.StatusCode);

        using var with = await FollowAsync(channel, token: RelayedProxy.Token);
        Assert.True(await with.ResponseStream.MoveNext(Ending).InTime());
    }

    [Fact]
    public async Task Socket_IsForItsOwnerOnlyAndGoesWithTheProxy()
    {
        var proxy = await RelayedProxy.StartAsync();
        await using (proxy)
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(proxy.Socket));
            await proxy.StopAsync();
            Assert.False(File.Exists(proxy.Socket));
        }
    }

    [Fact]
    public async Task Stop_WithStreamsOpen_EndsThemAtOnce()
    {
        await using var proxy = await RelayedProxy.StartAsync();
        using var channel = proxy.Connect();
        using var call = await FollowAsync(channel);
        await call.ResponseStream.MoveNext(Ending).InTime();

        await proxy.StopAsync();

        // Whether the last words or the end of the connection arrive first is the connection's to decide.
        await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Ending).InTime());
    }

    [Fact]
    public async Task Secrets_OnTheDiscoveryStream_AreThisWorkloadsOwnAndNeverAskedUpstream()
    {
        await using var proxy = await RelayedProxy.StartAsync();
        await Eventually.IsAsync(() => proxy.Services.GetRequiredService<RelaySecrets>().Current is not null);
        using var channel = proxy.Connect();
        using var call = await FollowAsync(channel);
        await call.ResponseStream.MoveNext(Ending).InTime();

        await call.RequestStream.WriteAsync(new() { TypeUrl = TypeUrls.Secret, ResourceNamesSubscribe = { "svid", "bundle", "other" } }, Ending);
        await call.ResponseStream.MoveNext(Ending).InTime();

        var answer = call.ResponseStream.Current;
        Assert.Equal(TypeUrls.Secret, answer.TypeUrl);
        Assert.Equal(["svid", "bundle"], answer.Resources.Select(resource => resource.Name));
        Assert.Equal(["other"], answer.RemovedResources);
        var secret = Secret.Parser.ParseFrom(answer.Resources[0].Resource_.Value);
        using var certificate = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(
            secret.TlsCertificate.CertificateChain.InlineBytes.ToStringUtf8(), secret.TlsCertificate.PrivateKey.InlineBytes.ToStringUtf8());
        Assert.Equal(proxy.Identity.Current!.CertificateContext.TargetCertificate.Thumbprint, certificate.Thumbprint);
        Assert.DoesNotContain(proxy.ControlPlane.Streams.Streams, stream => stream.Types.ContainsKey(TypeUrls.Secret));
    }

    [Theory]
    [InlineData("StreamSecrets")]
    [InlineData("DeltaSecrets")]
    public async Task Secrets_OfAServiceOfTheirOwn_ArePushedAnewWithEachSvid(string method)
    {
        await using var proxy = await RelayedProxy.StartAsync(life: TimeSpan.FromSeconds(4));
        using var channel = proxy.Connect();
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(Raw(method), null, new CallOptions(cancellationToken: Ending));
        IMessage request = method == "StreamSecrets"
            ? new DiscoveryRequest { TypeUrl = TypeUrls.Secret, ResourceNames = { "svid" } }
            : new DeltaDiscoveryRequest { TypeUrl = TypeUrls.Secret, ResourceNamesSubscribe = { "svid" } };
        await call.RequestStream.WriteAsync(request.ToByteArray(), Ending);

        await call.ResponseStream.MoveNext(Ending).InTime();
        var first = call.ResponseStream.Current;
        await call.ResponseStream.MoveNext(Ending).InTime();

        Assert.NotEqual(first, call.ResponseStream.Current);
    }

    [Fact]
    public async Task Flood_OfStreams_IsRefusedAboveTheLimitAndTheOthersGoOn()
    {
        await using var proxy = await RelayedProxy.StartAsync(limits: new RelayLimits { Streams = 2 });
        using var channel = proxy.Connect();
        using var second = proxy.Connect();
        using var one = await FollowAsync(channel);
        await one.ResponseStream.MoveNext(Ending).InTime();
        using var two = await FollowAsync(channel);
        await two.ResponseStream.MoveNext(Ending).InTime();

        using var three = await FollowAsync(second);

        var refusal = await Assert.ThrowsAsync<RpcException>(() => three.ResponseStream.MoveNext(Ending).InTime());
        Assert.Equal(StatusCode.ResourceExhausted, refusal.StatusCode);
        one.Dispose();
        while (!await IsServedAsync(second).InTime())
        {
            Ending.ThrowIfCancellationRequested();
        }
    }

    [Fact]
    public async Task Request_ThatIsTooLongOrNoMessage_EndsItsStreamOnly()
    {
        await using var proxy = await RelayedProxy.StartAsync(limits: new RelayLimits { Request = 10_000 });
        using var channel = proxy.Connect();
        using var good = await FollowAsync(channel);
        await good.ResponseStream.MoveNext(Ending).InTime();

        Assert.Equal(StatusCode.ResourceExhausted, await RefusalOfAsync(channel, new byte[10_001]));
        Assert.Equal(StatusCode.InvalidArgument, await RefusalOfAsync(channel, [0xff, 0xff, 0xff]));
        Assert.Equal(StatusCode.InvalidArgument, await RefusalOfAsync(channel, [0x0a, 0x7f, 0x01]));

        await good.RequestStream.WriteAsync(new() { TypeUrl = TypeUrls.Listener, ResponseNonce = good.ResponseStream.Current.Nonce }, Ending);
        await AcknowledgedAsync(proxy);
    }

    [Fact]
    public async Task Client_ThatSaysNothing_IsSentAway()
    {
        await using var proxy = await RelayedProxy.StartAsync(limits: new RelayLimits { FirstRequest = TimeSpan.FromMilliseconds(200) });
        using var channel = proxy.Connect();
        using var call = new AggregatedDiscoveryServiceClient(channel).DeltaAggregatedResources(cancellationToken: Ending);

        await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Ending).InTime());
    }

    [Fact]
    public async Task Off_NothingOfItIsThere()
    {
        await using var proxy = await RelayedProxy.StartAsync();
        Assert.NotNull(proxy.Services.GetService<RelayServer>());
        using var without = Mesh.Proxy.Composition.ProxyHost.Build(Some.Settings(Path.GetTempPath()), new Mesh.Proxy.Telemetry.LogWriter(Stream.Null));
        Assert.Null(without.Services.GetService<RelayServer>());
        Assert.Null(without.Services.GetService<RelaySecrets>());
    }

    private static async Task<bool> IsServedAsync(ChannelBase channel)
    {
        using var call = await FollowAsync(channel);
        try
        {
            return await call.ResponseStream.MoveNext(Ending);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.ResourceExhausted)
        {
            return false;
        }
    }

    private static Task AcknowledgedAsync(RelayedProxy proxy) => Eventually.IsAsync(() => proxy.ControlPlane.Streams.Streams.Any(stream =>
        !stream.UserAgent.StartsWith("mesh-proxy", StringComparison.Ordinal) && stream.Types.GetValueOrDefault(TypeUrls.Listener)?.AckedVersion is not null)).InTime();

    private static async Task<StatusCode> RefusalOfAsync(ChannelBase channel, byte[] message)
    {
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(Raw("DeltaAggregatedResources"), null, new CallOptions(cancellationToken: Ending));
        try
        {
            await call.RequestStream.WriteAsync(message, Ending);
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException)
        {
            // Refused before it was seen to be sent; the answer says why.
        }

        return (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Ending).InTime())).StatusCode;
    }

    private static async Task<AsyncDuplexStreamingCall<DeltaDiscoveryRequest, DeltaDiscoveryResponse>> FollowAsync(ChannelBase channel, Node? node = null, string? token = null)
    {
        var headers = token is null ? null : new Metadata { { "authorization", $"Bearer {token}" } };
        var call = new AggregatedDiscoveryServiceClient(channel).DeltaAggregatedResources(headers, cancellationToken: Ending);
        try
        {
            await call.RequestStream.WriteAsync(new() { Node = node ?? new Node { UserAgentName = "test" }, TypeUrl = TypeUrls.Listener, ResourceNamesSubscribe = { "*" } }, Ending).InTime();
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException)
        {
            // Refused; the answer says why.
        }

        return call;
    }

    private static Method<byte[], byte[]> Raw(string method)
    {
        var service = method.EndsWith("Secrets", StringComparison.Ordinal) ? "envoy.service.secret.v3.SecretDiscoveryService" : "envoy.service.discovery.v3.AggregatedDiscoveryService";
        var bytes = Marshallers.Create<byte[]>(m => m, m => m);
        return new(MethodType.DuplexStreaming, service, method, bytes, bytes);
    }
}
