using System.Runtime.CompilerServices;

namespace Mesh.Testing;

/// <summary>Waits for what nothing announces.</summary>
public static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(10);

    /// <summary>Waits until something is so.</summary>
    /// <exception cref="TimeoutException">It was not within 30 s.</exception>
    public static Task IsAsync(Func<bool> holds, [CallerArgumentExpression(nameof(holds))] string what = "") => IsAsync(() => Task.FromResult(holds()), what);

    /// <inheritdoc cref="IsAsync(Func{bool}, string)" />
    public static async Task IsAsync(Func<Task<bool>> holds, [CallerArgumentExpression(nameof(holds))] string what = "")
    {
        using var limit = new CancellationTokenSource(Deadline);
        using var timer = new PeriodicTimer(Between);
        while (!await holds())
        {
            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"It never came so: {what}");
            }

            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
