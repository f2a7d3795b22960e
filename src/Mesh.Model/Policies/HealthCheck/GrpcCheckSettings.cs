using Mesh.Model.Validation;

namespace Mesh.Model.Policies.HealthCheck;

/// <summary>A check that is a call of <c>grpc.health.v1.Health/Check</c>.</summary>
public sealed record GrpcCheckSettings : PolicySettings
{
    /// <summary>Leaves it out, so that an HTTP check takes its place. Default: false.</summary>
    public bool? Disabled { get; init; }

    /// <summary>The service that is asked about. Default: the server as a whole.</summary>
    public string? ServiceName { get; init; }

    /// <summary>The <c>:authority</c> of the call. Default: the upstream's name.</summary>
    public string? Authority { get; init; }

    internal override IEnumerable<Violation> Validate(FieldPath at)
    {
        foreach (var (name, text) in new[] { ("serviceName", ServiceName), ("authority", Authority) })
        {
            if (text is not null && (text.Length is 0 or > 255 || text.Any(c => c is <= ' ' or > '~')))
            {
                yield return new(at / name, $"must be 1 to 255 printable characters without spaces but is {Wording.Quote(text)}");
            }
        }
    }
}
