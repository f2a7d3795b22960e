using System.Diagnostics;
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
    public static Task IsAsync(Func<Task<bool>> holds, [CallerArgumentExpression(nameof(holds))] string what = "") => GetAsync(holds, yes => yes, Deadline, _ => $"It never came so: {what}");

    /// <summary>Waits until what is looked at is what is expected.</summary>
    /// <exception cref="TimeoutException">It was not in time; says what was seen last.</exception>
    public static Task<T> IsAsync<T>(Func<Task<T>> look, T expected, TimeSpan within) => GetAsync(look, seen => Equals(seen, expected), within);

    /// <summary>Waits until what is looked at is as it should be, and has it.</summary>
    /// <param name="look">Looks.</param>
    /// <param name="isIt">Whether it is.</param>
    /// <param name="within">How long at most, looks that are under way apart.</param>
    /// <param name="describe">What to say of what was seen last. <see langword="null"/>: its text.</param>
    /// <exception cref="TimeoutException">It was not in time; says what was seen last.</exception>
    public static async Task<T> GetAsync<T>(Func<Task<T>> look, Func<T, bool> isIt, TimeSpan within, Func<T, string>? describe = null)
    {
        var waited = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(Between);
        while (true)
        {
            var seen = await look();
            if (isIt(seen))
            {
                return seen;
            }

            if (waited.Elapsed > within)
            {
                throw new TimeoutException($"Not within {within}. Seen last:\n{describe?.Invoke(seen) ?? seen?.ToString()}");
            }

            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
