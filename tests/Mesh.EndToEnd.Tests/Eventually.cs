using System.Diagnostics;

namespace Mesh.EndToEnd.Tests;

/// <summary>Waits for something to become true, and says what was seen last when it does not.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static async Task<T> GetAsync<T>(Func<Task<T>> look, Func<T, bool> isIt, TimeSpan within, Func<T, string>? describe = null)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var seen = await look();
            if (isIt(seen))
            {
                return seen;
            }

            if (waited.Elapsed > within)
            {
                Assert.Fail($"Not within {within}. Seen last:\n{describe?.Invoke(seen) ?? seen?.ToString()}");
            }

            using var timer = new PeriodicTimer(Pause);
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    public static Task<T> AsyncIs<T>(Func<Task<T>> look, T expected, TimeSpan within) => GetAsync(look, seen => Equals(seen, expected), within);
}
