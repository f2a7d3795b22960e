using System.Collections.Concurrent;
using Grpc.Core;
using Mesh.Model.Recording;
using Mesh.Proxy.Configuration;
using Mesh.Proxy.Telemetry.Recording;
using Mesh.Proxy.Tests.Pair;
using Mesh.Recording.V1;
using Mesh.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Proxy.Tests;

/// <summary>What a sidecar tells of a recording, and when it stops.</summary>
public sealed class RecordingReporterTests
{
    private const string Caller = "spiffe://test.local/ns/default/sa/shop";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero));
    private readonly FakeConfiguration _configuration = new();
    private readonly TrafficRecorder _recorder = new();
    private readonly ControlPlane _control = new();

    [Fact]
    public async Task WithoutARecording_NothingIsNotedOrTold()
    {
        await using var running = await StartAsync();

        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Null(_recorder.Current);
        Assert.Empty(_control.Reports);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WhileNothingHappens_ItRests(bool isRecording)
    {
        await using var running = await StartAsync();
        if (isRecording)
        {
            _configuration.Apply(new RecordingOrder("r1", _time.GetUtcNow() + TimeSpan.FromHours(1)));
        }

        for (var i = 0; i < 10_000; i++)
        {
            await Task.Yield();
        }

        // A loop that never rests has asked thousands of times by now.
        Assert.InRange(_configuration.RecordingReads, 1, 20);
    }

    [Fact]
    public async Task Recording_IsToldEverySecond_AndForTheLastTimeWhenItIsTakenBack()
    {
        await using var running = await StartAsync();

        _configuration.Apply(new RecordingOrder("r1", _time.GetUtcNow() + TimeSpan.FromHours(1)));
        Assert.Equal("r1", _recorder.Current?.Id);
        See(3);
        var first = await _control.NextAsync(_time);
        See(2);
        _configuration.Apply((RecordingOrder?)null);
        List<RecordingReport> others = [await _control.NextAsync(_time)];
        while (!others[^1].Final)
        {
            others.Add(await _control.NextAsync(_time));
        }

        Assert.Equal(("r1", "orders-1", 3UL, false), (first.Recording, first.Replica, first.Edges.Single().Operations.Single().Succeeded, first.Final));
        Assert.Equal(2, others.SelectMany(r => r.Edges).SelectMany(e => e.Operations).Sum(o => (long)o.Succeeded));
        Assert.Null(_recorder.Current);
    }

    [Fact]
    public async Task Recording_EndsByTheSidecarsOwnClock()
    {
        await using var running = await StartAsync();
        _configuration.Apply(new RecordingOrder("r1", _time.GetUtcNow() + TimeSpan.FromSeconds(30)));

        _time.Advance(TimeSpan.FromSeconds(31));

        var report = await _control.NextAsync(_time);
        Assert.True(report.Final);
        Assert.Null(_recorder.Current);
    }

    [Fact]
    public async Task ControlPlaneAway_WhatWasSeenIsToldLater()
    {
        await using var running = await StartAsync();
        _control.IsAway = true;
        _configuration.Apply(new RecordingOrder("r1", _time.GetUtcNow() + TimeSpan.FromHours(1)));
        See(3);
        await Eventually.IsAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return _control.Failures > 0;
        });
        See(1);

        _control.IsAway = false;

        // An attempt may have begun before the last call was seen, and arrive all the same.
        var told = 0UL;
        while (told < 4)
        {
            told += (await _control.NextAsync(_time)).Edges.Single().Operations.Single().Succeeded;
        }

        Assert.Equal(4UL, told);
    }

    [Fact]
    public async Task Stop_WhileItRecords_TellsWhatIsLeft()
    {
        var running = await StartAsync();
        _configuration.Apply(new RecordingOrder("r1", _time.GetUtcNow() + TimeSpan.FromHours(1)));
        See(5);

        await running.DisposeAsync();

        Assert.Equal(5UL, (ulong)_control.Reports.SelectMany(r => r.Edges).SelectMany(e => e.Operations).Sum(o => (long)o.Succeeded));
        Assert.True(_control.Reports.Last().Final);
    }

    private void See(int times) => _recorder.Current!.Note(Caller, "http", times, static (edge, count) => edge.Find(OperationKey.Of("GET", "/a", false))!.Succeeded += count);

    private async Task<Running> StartAsync()
    {
        var settings = Some.Settings("nowhere");
        var reporter = new RecordingReporter(settings, _control, _configuration, _recorder, _time, NullLogger<RecordingReporter>.Instance);
        await reporter.StartAsync(TestContext.Current.CancellationToken);
        return new(reporter);
    }

    private sealed class Running(RecordingReporter reporter) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await reporter.StopAsync(CancellationToken.None).InTime();
            reporter.Dispose();
        }
    }

    private sealed class ControlPlane : CallInvoker
    {
        private int _failures;
        private int _taken;

        public ConcurrentQueue<RecordingReport> Reports { get; } = new();

        public volatile bool IsAway;

        public int Failures => Volatile.Read(ref _failures);

        /// <summary>The next report; time goes on until it is there.</summary>
        public async Task<RecordingReport> NextAsync(FakeTimeProvider time)
        {
            await Eventually.IsAsync(() =>
            {
                time.Advance(TimeSpan.FromMilliseconds(500));
                return Reports.Count > _taken;
            });
            return Reports.ElementAt(_taken++);
        }

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        {
            if (IsAway)
            {
                Interlocked.Increment(ref _failures);
                return Call<TResponse>(Task.FromException<TResponse>(new RpcException(new Status(StatusCode.Unavailable, "away"))));
            }

            Reports.Enqueue((RecordingReport)(object)request);
            return Call(Task.FromResult((TResponse)(object)new RecordingAck()));
        }

        public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();

        public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();

        private static AsyncUnaryCall<T> Call<T>(Task<T> answer) => new(answer, Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });
    }
}
