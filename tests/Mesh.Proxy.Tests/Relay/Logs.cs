namespace Mesh.Proxy.Tests.Relay;

/// <summary>Waits for what happens on other threads.</summary>
internal static class Logs
{
    public static async Task UntilAsync(Func<bool> there)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!there())
        {
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }
}
