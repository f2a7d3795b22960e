using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Dashboard;
using Mesh.Hosting.Reading;
using Mesh.Hosting.Running;
using Mesh.Model.Identity;
using Mesh.Model.Planning;
using Mesh.Model.Topology;
using Mesh.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Hosting.Tests.Dashboard;

/// <summary>What the dashboard knows of the mesh, by a control plane that takes its time.</summary>
public sealed class MeshMonitorTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ControlPlane_ThatComesUpAfterItsLimit_IsShownAllTheSame()
    {
        var time = new FakeTimeProvider();
        using var api = Reserved();
        using var running = Running(time, api);
        var monitor = new MeshMonitor(running, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var run = monitor.RunAsync(_ => Task.CompletedTask, stop.Token);
        await PassAsync(time, () => monitor.Status.Error!.StartsWith("MESH009", StringComparison.Ordinal));

        await using var controlPlane = await ControlPlaneAsync(api);
        await PassAsync(time, () => monitor.Status.Error is null);

        Assert.Equal("ready", monitor.Status.Of(new ServiceId("default", "orders"), "orders-0").State);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
    }

    [Fact]
    public async Task WhatWasKept_IsConfirmedOnceTheControlPlaneIsThere_HoweverLate()
    {
        var time = new FakeTimeProvider();
        using var api = Reserved();
        using var running = Running(time, api);
        var confirmed = running.UntilKeptIsConfirmedAsync(Cancellation);
        var beyondItsLimit = time.GetUtcNow() + TimeSpan.FromMinutes(3);
        await PassAsync(time, () => time.GetUtcNow() > beyondItsLimit);
        Assert.False(confirmed.IsCompleted);

        await using var controlPlane = await ControlPlaneAsync(api);
        await PassAsync(time, () => confirmed.IsCompleted);

        Assert.False(await confirmed);
    }

    private static Task PassAsync(FakeTimeProvider time, Func<bool> holds) => Eventually.IsAsync(() =>
    {
        time.Advance(TimeSpan.FromSeconds(1));
        return holds();
    });

    private static RunningMesh Running(TimeProvider time, Socket api)
    {
        var reading = new AppReading
        {
            Description = new MeshDescription { TrustDomain = TrustDomain.Parse("shop.local") },
            Workloads = ImmutableDictionary<ServiceId, IResourceWithEndpoints>.Empty,
            Endpoints = ImmutableDictionary<PortRef, EndpointAnnotation>.Empty,
        };
        return new RunningMesh("mesh", TrustDomain.Parse("shop.local"), reading, new MeshPlan(), MeshState.Temporary(), grpcPort: 1, ((IPEndPoint)api.LocalEndPoint!).Port, time);
    }

    private static async Task<WebApplication> ControlPlaneAsync(Socket reserved)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenHandle((ulong)reserved.Handle));
        var app = builder.Build();
        app.MapGet("/healthz/ready", () => Results.Ok());
        app.MapGet("/api/v1/trust-bundle", () => Results.Json(new { roots = new[] { "root" } }));
        app.MapGet("/api/v1/proxies", () => Results.Json(new { settled = true, proxies = new[] { new { @namespace = "default", service = "orders", replica = "orders-0", state = "ready" } } }));
        await app.StartAsync(Cancellation);
        return app;
    }

    // Bound and not listening: nobody answers there, and nobody else gets it.
    private static Socket Reserved()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }
}
