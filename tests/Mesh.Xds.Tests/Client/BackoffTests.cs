using Mesh.Xds.Client;

namespace Mesh.Xds.Tests.Client;

public sealed class BackoffTests
{
    [Fact]
    public void Next_ManyClients_AreSpreadOverTheWholePause()
    {
        var pauses = Enumerable.Range(0, 200)
            .Select(seed => new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), new Random(seed)).Next().TotalMilliseconds)
            .ToArray();

        Assert.All(Enumerable.Range(0, 10), tenth => Assert.Contains(pauses, pause => pause >= tenth * 100 && pause < (tenth + 1) * 100));
    }

    [Fact]
    public void Next_ManyAttempts_StaysBelowTheLimitAndResetStartsAnew()
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1), new Random(1));

        Assert.All(Enumerable.Range(0, 1000), _ => Assert.InRange(backoff.Next(), TimeSpan.Zero, TimeSpan.FromSeconds(1)));
        backoff.Reset();
        Assert.InRange(backoff.Next(), TimeSpan.Zero, TimeSpan.FromMilliseconds(200));
    }
}
