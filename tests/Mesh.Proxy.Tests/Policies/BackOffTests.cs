using System.Globalization;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.Retry;
using Mesh.Proxy.Upstreams;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Mesh.Proxy.Tests.Policies;

/// <summary>How long a retry waits.</summary>
public sealed class BackOffTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_000_000);

    [Theory]
    // retry-after (seconds), x-reset (a point in time), what is waited
    [InlineData("3", null, "3")]
    [InlineData("0", null, "0")]
    [InlineData(null, "1000005", "5")]
    [InlineData("3", "1000005", "3")] // the first is heard
    [InlineData("soon", "1000005", "5")]
    [InlineData("11", "1000005", "5")] // more than is heard
    [InlineData(null, "999999", "-")] // over already
    [InlineData("-3", null, "-")]
    [InlineData(null, null, "-")]
    [InlineData("99999999999999999999", "99999999999", "-")]
    public void Asked_ByHeaders_TheFirstUsableIsHeard(string? after, string? reset, string expected)
    {
        var limited = new RateLimitedBackOff([new("retry-after"), new("x-reset", IsUnixTimestamp: true)], TimeSpan.FromSeconds(10));

        var asked = BackOff.Asked(limited, new Headed(after, reset), Now);

        Assert.Equal(expected, asked?.TotalSeconds.ToString(CultureInfo.InvariantCulture) ?? "-");
    }

    [Theory]
    [InlineData(1, 25)]
    [InlineData(2, 50)]
    [InlineData(3, 100)]
    [InlineData(5, 250)]
    [InlineData(90, 250)]
    public void Pause_EachTime_IsDrawnUpToTwiceAsMuch(int retry, int milliseconds)
    {
        var drawn = 0;
        BackOff.Pause(new RetrySettings(), retry, below => drawn = below);

        Assert.Equal(milliseconds * 1000, drawn);
    }

    private sealed class Headed(string? after, string? reset) : UpstreamResponse
    {
        public override int Status => 429;

        public override string? Header(string name) => name == "retry-after" ? after : reset;

        public override void CopyHeadTo(HttpResponse response) => throw new NotSupportedException();

        public override Task CopyBodyToAsync(HttpContext context, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override void Dispose()
        {
        }

        protected override IEnumerable<KeyValuePair<string, StringValues>> Trailers() => [];
    }
}
