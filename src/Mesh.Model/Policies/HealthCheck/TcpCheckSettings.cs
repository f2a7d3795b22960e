using System.Collections.Immutable;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.HealthCheck;

/// <summary>A check that is a connection.</summary>
public sealed record TcpCheckSettings : PolicySettings
{
    /// <summary>Leaves it out. Default: false.</summary>
    public bool? Disabled { get; init; }

    /// <summary>What is sent, in base64. Default: nothing.</summary>
    public string? Send { get; init; }

    /// <summary>What has to come, in base64: each block, in this order, whatever is between; the list replaces that of less specific policies. Default: nothing has to, a connection is enough.</summary>
    public ImmutableArray<string>? Receive { get; init; }

    internal override IEnumerable<Violation> Validate(FieldPath at)
    {
        var texts = (Receive ?? []).Select((text, i) => (Text: text, At: (at / "receive")[i]));
        foreach (var (text, here) in Send is { } send ? texts.Prepend((Text: send, At: at / "send")) : texts)
        {
            var buffer = new byte[text.Length];
            if (!Convert.TryFromBase64String(text, buffer, out var length) || length is 0 or > 4096)
            {
                yield return new(here, $"must be 1 to 4096 bytes in base64 but is {Wording.Quote(text)}");
            }
        }
    }
}
