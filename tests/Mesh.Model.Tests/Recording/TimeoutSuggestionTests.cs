using Mesh.Model.Recording;

namespace Mesh.Model.Tests.Recording;

public sealed class TimeoutSuggestionTests
{
    // requests, milliseconds each; then what is suggested in seconds
    [Theory]
    [InlineData(99, 20, null, "fewer than 100")]
    [InlineData(100, 20, 1.0, "at least 1 s")]
    [InlineData(100, 900, 4.0, "3 x ")]
    [InlineData(100, 8_000, 25.0, "3 x ")]
    [InlineData(100, 50_000, 180.0, "3 x ")]
    [InlineData(100, 200_000, null, "as streams do")]
    public void Of_Durations_IsThreeTimesTheSlowest(int requests, int milliseconds, double? seconds, string why)
    {
        var edge = Edge(("/a", requests, milliseconds));

        var suggestion = TimeoutSuggestion.Of(edge, isGrpc: false)!;

        Assert.Equal(seconds, suggestion.Limit?.TotalSeconds);
        Assert.Contains(why, suggestion.Why, StringComparison.Ordinal);
        Assert.Null(TimeoutSuggestion.Of(edge, isGrpc: true));
    }

    [Fact]
    public void Of_ARareSlowOperation_IsNotCutOff() => Assert.Equal(TimeSpan.FromSeconds(15), TimeoutSuggestion.Of(Edge(("/fast", 10_000, 5), ("/slow", 3, 4_000)), isGrpc: false)!.Limit);

    [Fact]
    public void Of_OneThatStillRuns_SuggestsNothing()
    {
        var edge = Edge(("/a", 1000, 5));
        edge.Find(OperationKey.Of("GET", "/watch", false))!.Open = 1;

        var suggestion = TimeoutSuggestion.Of(edge, isGrpc: false)!;

        Assert.Null(suggestion.Limit);
        Assert.Contains("GET /watch was still running", suggestion.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.2, 1.0)]
    [InlineData(1.0, 1.0)]
    [InlineData(10.0, 12.0)]
    [InlineData(1234.0, 1500.0)]
    [InlineData(100_000_000.0, null)]
    public void Bound_OfTheBucket_IsNeverTooShortAndAtMostAFifthTooLong(double milliseconds, double? most)
    {
        var bucket = LatencyBuckets.Of(TimeSpan.FromMilliseconds(milliseconds));

        Assert.InRange(bucket, 0, LatencyBuckets.Count - 1);
        if (most is not null)
        {
            Assert.InRange(LatencyBuckets.Bound(bucket).TotalMilliseconds, milliseconds, most.Value);
        }
    }

    private static EdgeRecording Edge(params (string Path, int Count, int Milliseconds)[] seen)
    {
        var edge = new EdgeRecording("spiffe://shop.local/ns/default/sa/web", "http");
        foreach (var (path, times, milliseconds) in seen)
        {
            var count = edge.Find(OperationKey.Of("GET", path, isGrpc: false))!;
            count.Succeeded += times;
            count.AddDuration(LatencyBuckets.Of(TimeSpan.FromMilliseconds(milliseconds)), times);
        }

        return edge;
    }
}
