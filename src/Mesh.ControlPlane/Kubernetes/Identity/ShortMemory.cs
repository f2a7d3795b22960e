namespace Mesh.ControlPlane.Kubernetes.Identity;

/// <summary>
/// Remembers answers of the API server for a moment, so that a caller who asks often costs it little, and at most so many of them, so that nobody fills the memory. What is asked at the same
/// time is asked once.
/// </summary>
/// <typeparam name="TAnswer">The answer.</typeparam>
internal sealed class ShortMemory<TAnswer>(TimeSpan keep, TimeProvider time)
{
    /// <summary>Most answers that are remembered.</summary>
    public const int Capacity = 4096;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (Task<TAnswer> Answer, DateTimeOffset Until)> _answers = new(StringComparer.Ordinal);

    /// <summary>The answer to a question, asked unless it is remembered.</summary>
    /// <param name="key">The question; never a secret itself.</param>
    /// <param name="ask">Asks it. Not with the caller's cancellation: others may wait for the same.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<TAnswer> AskAsync(string key, Func<Task<TAnswer>> ask, CancellationToken cancellationToken)
    {
        Task<TAnswer> answer;
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (_answers.TryGetValue(key, out var known) && known.Until > now && !known.Answer.IsFaulted && !known.Answer.IsCanceled)
            {
                answer = known.Answer;
            }
            else
            {
                if (_answers.Count >= Capacity)
                {
                    Forget(now);
                }

                answer = ask();
                _answers[key] = (answer, now + keep);
            }
        }

        return answer.WaitAsync(cancellationToken);
    }

    private void Forget(DateTimeOffset now)
    {
        foreach (var old in _answers.Where(a => a.Value.Until <= now).Select(a => a.Key).ToArray())
        {
            _answers.Remove(old);
        }

        if (_answers.Count >= Capacity)
        {
            // All of them fresh: somebody makes up tokens. Asking again is what that costs.
            _answers.Clear();
        }
    }
}
