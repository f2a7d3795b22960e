namespace Mesh.Proxy.Upstreams;

/// <summary>Successes and failures since the last look.</summary>
internal sealed class RateCount
{
    private readonly StripedCount _successes = new();
    private readonly StripedCount _failures = new();

    /// <summary>Counts one.</summary>
    public void Add(bool isSuccess) => (isSuccess ? _successes : _failures).Add();

    /// <summary>Both since the last time.</summary>
    public (long Successes, long Failures) Take() => (_successes.Take(), _failures.Take());
}
