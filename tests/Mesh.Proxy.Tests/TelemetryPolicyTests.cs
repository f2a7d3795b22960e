using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Tests.Pair;
using Mesh.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Proxy.Tests;

/// <summary>Telemetry policies over real pairs: what apps see of traces, what is measured, and that it changes while requests go on.</summary>
[Collection("spans")] // whoever listens to them is heard in the whole process
public sealed class TelemetryPolicyTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sampling_OfTheCaller_DecidesForTheWholeWay()
    {
        var parents = new ConcurrentQueue<string>();
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == HopTracing.SourceName,
            // What OpenTelemetry's parent based sampler says.
            Sample = (ref ActivityCreationOptions<ActivityContext> options) => options.Parent.TraceId == default || options.Parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded)
                ? ActivitySamplingResult.AllDataAndRecorded
                : ActivitySamplingResult.PropagationData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var app = await TestApp.StartAsync(context =>
        {
            parents.Enqueue(context.Request.Headers.TraceParent.ToString());
            return Task.CompletedTask;
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Told = new() { Sampling = 0 } });

        await GetAsync(pair);
        pair.Apply(o => o with { Told = new() { Sampling = 100, Tags = [new() { Name = "tenant", Header = new("x-tenant") }] } });
        await GetAsync(pair);

        var (unsampled, sampled) = (parents.First(), parents.Last());
        Assert.EndsWith("-00", unsampled, StringComparison.Ordinal);
        Assert.EndsWith("-01", sampled, StringComparison.Ordinal);
        await Eventually.IsAsync(() => spans.Count(s => sampled.Contains(s.TraceId.ToString(), StringComparison.Ordinal)) == 2);
        Assert.DoesNotContain(spans, s => unsampled.Contains(s.TraceId.ToString(), StringComparison.Ordinal) && s.Recorded);
        var hops = spans.Where(s => sampled.Contains(s.TraceId.ToString(), StringComparison.Ordinal)).OrderBy(s => s.Kind).ToList();
        Assert.Equal([ActivityKind.Server, ActivityKind.Client], hops.Select(s => s.Kind));
        Assert.All(hops, s => Assert.Equal("acme", s.GetTagItem("tenant")));
        Assert.Equal(default, hops[1].ParentSpanId);
    }

    [Fact]
    public async Task Metrics_ChangeTheirTagsAndBucketsAndStopWhileItRuns()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("app"));
        await using var pair = await ProxyPair.StartAsync(app.Address);
        using var seen = new Durations(pair.Callee.Services.GetRequiredService<ProxyMetrics>());

        await GetAsync(pair);
        await Eventually.IsAsync(() => seen.All.Count() == 1);
        pair.Apply(o => o with { Told = new() { DurationBuckets = [0.1, 1], Tags = [new() { Name = "tenant", Header = new("x-tenant"), Metrics = true }] } });
        await GetAsync(pair);
        await Eventually.IsAsync(() => seen.All.Count() == 2);
        pair.Apply(o => o with { Told = new() { AreMetricsOff = true } });
        await GetAsync(pair);
        pair.Apply(o => o with { Told = null });
        await GetAsync(pair);
        await Eventually.IsAsync(() => seen.All.Count() == 3);

        Assert.Equal(["16 -", "2 acme", "16 -"], seen.All);
    }

    private static async Task GetAsync(ProxyPair pair)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, pair.Url);
        request.Headers.Add("x-tenant", "acme");
        using var response = await client.SendAsync(request, Stop).InTime();
        response.EnsureSuccessStatusCode();
    }

    private sealed class Durations : IDisposable
    {
        private readonly ConcurrentQueue<string> _all = new();
        private readonly MeterListener _listener = new();

        public Durations(ProxyMetrics metrics)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (metrics.Owns(instrument.Meter) && instrument.Name == "http.server.request.duration")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Note((Histogram<double>)instrument, tags));
            _listener.Start();
        }

        public IEnumerable<string> All => _all;

        public void Dispose() => _listener.Dispose();

        private void Note(Histogram<double> instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var tenant = "-";
            foreach (var tag in tags)
            {
                tenant = tag.Key == "tenant" ? $"{tag.Value}" : tenant;
            }

            _all.Enqueue($"{instrument.Advice!.HistogramBucketBoundaries!.Count} {tenant}");
        }
    }
}
