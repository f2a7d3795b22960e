using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.OutlierDetection;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Upstreams;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Proxy.Tests.Policies;

/// <summary>Who is left out, when, for how long, and who never.</summary>
public sealed class OutlierDetectorTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly Meters _meters = new();
    private int _changes;

    public void Dispose() => _meters.Dispose();

    [Theory]
    // replicas, maxEjectionPercent, how many of them fail in turn, who is left out in the end
    [InlineData(1, 10, 1, "")] // the last one never
    [InlineData(1, 100, 1, "")]
    [InlineData(2, 10, 2, "0")] // one always may be, whatever the share
    [InlineData(2, 50, 2, "0")]
    [InlineData(2, 100, 2, "0")]
    [InlineData(3, 10, 3, "0")]
    [InlineData(3, 33, 3, "0")]
    [InlineData(3, 67, 3, "0 1")]
    [InlineData(3, 100, 3, "0 1")]
    [InlineData(3, 0, 3, "0")]
    [InlineData(10, 30, 10, "0 1 2")]
    public void Report_OneAfterTheOtherFails_NeverTheLastAndNeverMoreThanTheShare(int count, int percent, int failing, string expected)
    {
        var (detector, replicas) = Watching(count, new() { TotalFailures = 3, MaxEjectionPercent = percent });

        foreach (var replica in replicas.Take(failing))
        {
            Report(detector, replica, "eee");
        }

        Assert.Equal(expected, Out(replicas));
    }

    [Theory]
    // e 500, g 503, l no answer, . a success
    [InlineData("total", "eeeee", true)]
    [InlineData("total", "eeee.e", false)]
    [InlineData("total", "egleg", true)] // without a split what got no answer counts as one of 503
    [InlineData("gateway", "ggggg", true)]
    [InlineData("gateway", "gglgl", true)]
    [InlineData("gateway", "ggggegggg", false)] // another failure is none of a gateway
    [InlineData("gateway", "eeeee", false)]
    [InlineData("local", "lllll", true)]
    [InlineData("local", "llllelllll", true)] // an answer of any kind is an answer, so it begins anew
    [InlineData("local", "llllellll", false)]
    [InlineData("local", "eeeee", false)] // nothing that an app says takes it away
    [InlineData("local total", "lllleeee", false)] // apart
    [InlineData("local total", "eeleeelle", true)] // what got no answer neither adds to the others nor ends them
    [InlineData("none", "eeeeelllllggggg", false)]
    public void Report_InARow_CountsWhatTheDetectorIsFor(string detectors, string outcomes, bool isOut)
    {
        var (detector, replicas) = Watching(2, new()
        {
            TotalFailures = detectors.Contains("total", StringComparison.Ordinal) ? 5 : null,
            GatewayFailures = detectors.Contains("gateway", StringComparison.Ordinal) ? 5 : null,
            LocalOriginFailures = detectors.Contains("local", StringComparison.Ordinal) ? 5 : null,
            SplitErrors = detectors.Contains("local", StringComparison.Ordinal),
        });

        Report(detector, replicas[0], outcomes);

        Assert.Equal(isOut ? "0" : "", Out(replicas));
    }

    [Fact]
    public void Eject_AgainAndAgain_TakesLongerEachTimeUpToTheMost()
    {
        var (detector, replicas) = Watching(2, new()
        {
            TotalFailures = 1, BaseEjectionTime = TimeSpan.FromSeconds(30), MaxEjectionTime = TimeSpan.FromSeconds(80), Interval = TimeSpan.FromHours(1),
        });

        foreach (var seconds in new[] { 30, 60, 80, 80 })
        {
            Report(detector, replicas[0], "e");
            Assert.Equal("0", Out(replicas));
            _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            Assert.Equal("0", Out(replicas));
            _time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.Equal("", Out(replicas));
        }

        Assert.Equal(8, _changes);
    }

    [Fact]
    public void Look_IntervalsWithoutAnEjection_TakeTheGrowthBack()
    {
        var (detector, replicas) = Watching(2, new() { TotalFailures = 1, BaseEjectionTime = TimeSpan.FromSeconds(5), Interval = TimeSpan.FromSeconds(10) });
        Report(detector, replicas[0], "e");
        _time.Advance(TimeSpan.FromSeconds(5));
        Report(detector, replicas[0], "e");
        Assert.Equal(2, replicas[0].Failures.Growth);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("", Out(replicas));

        _time.Advance(TimeSpan.FromSeconds(20));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(0, replicas[0].Failures.Growth);
        Report(detector, replicas[0], "e");
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("", Out(replicas));
    }

    [Theory]
    // successes of a hundred requests for each replica, factor in thousandths, who is left out
    [InlineData("100 100 100 100 50", 1900, "4")]
    [InlineData("100 100 100 100 50", 2100, "")] // two deviations exactly below the mean
    [InlineData("100 100 100 100 99", 1900, "4")] // it is compared with the others, however small the difference
    [InlineData("60 60 60 60 60", 1900, "")]
    [InlineData("100 90 80 70 60", 1900, "")]
    [InlineData("100 100 100 100 0", 1900, "4")]
    [InlineData("100 100 100 0", 1000, "")] // four replicas are too few to compare
    public void Look_SuccessRate_LeavesOutWhoIsFarBelowTheOthers(string successes, int factor, string expected)
    {
        var rates = successes.Split(' ').Select(text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        var (detector, replicas) = Watching(rates.Length, new() { SuccessRate = new(DeviationThousandths: factor), MaxEjectionPercent = 100 });

        Rates(detector, replicas, rates, AttemptOutcome.ServerError);
        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(expected, Out(replicas));
    }

    [Theory]
    [InlineData("100 16 15 14 100", 85, 5, "2 3")]
    [InlineData("100 100 100 100 0", 100, 5, "4")]
    [InlineData("100 100 100 0", 85, 5, "")] // too few replicas for what was asked
    [InlineData("100 0", 85, 2, "1")]
    [InlineData("0 0", 85, 2, "0")] // the last one stays
    [InlineData("0", 85, 1, "")]
    public void Look_FailurePercentage_LeavesOutWhoFailsThatMuch(string successes, int threshold, int hosts, string expected)
    {
        var rates = successes.Split(' ').Select(text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        var (detector, replicas) = Watching(rates.Length, new() { FailurePercentage = new(MinimumHosts: hosts, Threshold: threshold), MaxEjectionPercent = 100 });

        Rates(detector, replicas, rates, AttemptOutcome.GatewayError);
        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(expected, Out(replicas));
    }

    [Fact]
    public void Look_TooFewRequests_SayNothing()
    {
        var (detector, replicas) = Watching(2, new() { FailurePercentage = new(MinimumHosts: 2, RequestVolume: 50) });
        for (var i = 0; i < 49; i++)
        {
            Report(detector, replicas[0], "e");
            Report(detector, replicas[1], ".");
        }

        _time.Advance(TimeSpan.FromSeconds(10));
        Report(detector, replicas[0], "e");
        Report(detector, replicas[1], ".");
        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal("", Out(replicas)); // each interval is looked at by itself
    }

    [Fact]
    public void Look_Split_WhatGotNoAnswerIsARateOfItsOwn()
    {
        var (detector, replicas) = Watching(2, new() { FailurePercentage = new(MinimumHosts: 2), SplitErrors = true });
        for (var i = 0; i < 100; i++)
        {
            Report(detector, replicas[0], "l");
            Report(detector, replicas[1], ".");
        }

        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal("0", Out(replicas));
    }

    [Fact]
    public void Report_AllGoesWell_AllocatesNothing()
    {
        var (detector, replicas) = Watching(2, new() { TotalFailures = 5, GatewayFailures = 5, LocalOriginFailures = 5, SplitErrors = true, SuccessRate = new(), FailurePercentage = new() });
        var gate = new Gate(10);
        Once();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Once();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Once()
        {
            Assert.True(gate.TryEnter());
            detector.Report(replicas[0], AttemptOutcome.Success);
            gate.Leave();
        }
    }

    [Fact]
    public void Watch_AnotherReplicaComes_WhoWasLeftOutStaysOut()
    {
        var (detector, replicas) = Watching(2, new() { TotalFailures = 1 });
        Report(detector, replicas[0], "e");

        detector.Watch(replicas.Add(Replica(2)), () => _changes++);
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal("0", Out(replicas));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("", Out(replicas));
    }

    [Fact]
    public void Report_AReplicaThatIsGone_ChangesNothing()
    {
        var (detector, replicas) = Watching(3, new() { TotalFailures = 1 });
        detector.Watch(replicas[1..], () => _changes++);

        Report(detector, replicas[0], "eee");

        Assert.Equal(0, _changes);
        Assert.Equal("", Out(replicas));
    }

    private (OutlierDetector Detector, ImmutableArray<UpstreamReplica> Replicas) Watching(int count, OutlierDetection settings)
    {
        var detector = new OutlierDetector("default/orders/http", settings, _time, new OutlierEvents(new ProxyMetrics(_meters), NullLogger<OutlierEvents>.Instance));
        ImmutableArray<UpstreamReplica> replicas = [.. Enumerable.Range(0, count).Select(Replica)];
        detector.Watch(replicas, () => _changes++);
        return (detector, replicas);
    }

    private static UpstreamReplica Replica(int index) => new(index.ToString(CultureInfo.InvariantCulture), new IPEndPoint(IPAddress.Loopback, 1000 + index), 1);

    private static void Rates(OutlierDetector detector, ImmutableArray<UpstreamReplica> replicas, int[] successes, AttemptOutcome failure)
    {
        for (var i = 0; i < 100; i++)
        {
            for (var r = 0; r < replicas.Length; r++)
            {
                detector.Report(replicas[r], i < successes[r] ? AttemptOutcome.Success : failure);
            }
        }
    }

    private static void Report(OutlierDetector detector, UpstreamReplica replica, string outcomes)
    {
        foreach (var outcome in outcomes)
        {
            detector.Report(replica, outcome switch
            {
                'e' => AttemptOutcome.ServerError,
                'g' => AttemptOutcome.GatewayError,
                'l' => AttemptOutcome.LocalFailure,
                _ => AttemptOutcome.Success,
            });
        }
    }

    private static string Out(ImmutableArray<UpstreamReplica> replicas) => string.Join(' ', replicas.Where(r => r.IsEjected).Select(r => r.Name));
}
