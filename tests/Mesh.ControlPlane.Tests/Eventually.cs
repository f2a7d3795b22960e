namespace Mesh.ControlPlane.Tests;

/// <summary>Waits for what nothing announces.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(10);

    /// <summary>Waits until something is so; the test ends with it otherwise.</summary>
    public static Task IsAsync(Func<bool> holds, string what) => IsAsync(() => Task.FromResult(holds()), what);

    /// <inheritdoc cref="IsAsync(Func{bool}, string)" />
    public static async Task IsAsync(Func<Task<bool>> holds, string what)
    {
        using var limit = new CancellationTokenSource(Deadline);
        using var timer = new PeriodicTimer(Between);
        while (!await holds())
        {
            Assert.False(limit.IsCancellationRequested, $"It never came so: {what}");
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }
}
