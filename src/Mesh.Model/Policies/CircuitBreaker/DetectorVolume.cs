using Mesh.Model.Validation;

namespace Mesh.Model.Policies.CircuitBreaker;

/// <summary>What has to be there before a rate says anything.</summary>
internal static class DetectorVolume
{
    public static IEnumerable<Violation> Validate(int? minimumHosts, int? requestVolume, FieldPath at)
    {
        foreach (var (name, number) in new[] { ("minimumHosts", minimumHosts), ("requestVolume", requestVolume) })
        {
            if (number is < 1 or > 1_000_000)
            {
                yield return new(at / name, $"must be between 1 and 1000000 but is {number}");
            }
        }
    }
}
