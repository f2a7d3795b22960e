using System.Globalization;
using Mesh.Model.Policies;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Simulation;

/// <summary>What a fault does, in one line for people.</summary>
internal static class FaultText
{
    public static string Of(FaultEffects effects)
    {
        var parts = new List<string>();
        if (effects.Delay is { } delay)
        {
            parts.Add(Share(delay.Percent, delay.From == delay.To ? $"held {Duration.Format(delay.From)}" : $"held {Duration.Format(delay.From)} to {Duration.Format(delay.To)}"));
        }

        if (effects.Abort is { } abort)
        {
            parts.Add(Share(abort.Percent, abort.Reset ? "broken off" : string.Create(CultureInfo.InvariantCulture, $"answered with {(abort.HttpStatus is { } status ? $"{status}" : $"gRPC status {abort.GrpcStatus}")}")));
        }

        if (effects.Response is not null)
        {
            parts.Add("responses are slowed or cut");
        }

        return string.Join("; ", parts);
    }

    private static string Share(double percent, string what) => percent >= 100 ? what : string.Create(CultureInfo.InvariantCulture, $"{percent:0.####} % are {what}");
}
