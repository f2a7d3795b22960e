using System.Collections.Immutable;
using Mesh.Model.Policies.Matching;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.RateLimit;

/// <summary>How much may come in.</summary>
public sealed record RateLimitSettings : PolicySettings
{
    /// <summary>Switches off limits for requests that less specific policies set. Without any policy: false.</summary>
    public bool? HttpDisabled { get; init; }

    /// <summary>How many requests. Without any policy: any number.</summary>
    public Rate? Requests { get; init; }

    /// <summary>What differs for some requests, by path, method, header or query; the first that matches is heard. Without any policy: nothing.</summary>
    public ImmutableArray<RateLimitRoute>? Routes { get; init; }

    /// <summary>Whether answers to what passes say what is left. Without any policy: false, only refusals do.</summary>
    public bool? Announce { get; init; }

    /// <summary>The status of refusals. Without any policy: 429.</summary>
    public int? Status { get; init; }

    /// <summary>Headers of refusals that are set. Without any policy: none.</summary>
    public ImmutableArray<KeyValuePair<string, string>>? SetHeaders { get; init; }

    /// <summary>Headers of refusals that are added. Without any policy: none.</summary>
    public ImmutableArray<KeyValuePair<string, string>>? AddHeaders { get; init; }

    /// <summary>Switches off limits for connections that less specific policies set. Without any policy: false.</summary>
    public bool? TcpDisabled { get; init; }

    /// <summary>For ports that speak <c>tcp</c>: how many connections. Without any policy: any number.</summary>
    public Rate? Connections { get; init; }

    internal override IEnumerable<Violation> Validate(FieldPath at) =>
    [
        .. Requests?.Validate(at / "http" / "requestRate") ?? [],
        .. Connections?.Validate(at / "tcp" / "connectionRate") ?? [],
        .. Answer(at / "http" / "onRateLimit"),
        .. HeaderCount(at / "http" / "onRateLimit" / "headers"),
        .. (Routes ?? []).SelectMany((route, i) => route.Validate((at / "http" / "routes")[i])),
        .. Names(at / "http" / "routes"),
        .. Switches(at),
    ];

    private IEnumerable<Violation> Answer(FieldPath at)
    {
        if (Status is { } status && !RequestLimit.Statuses.Contains(status))
        {
            yield return new(at / "status", $"must be a status of an error, 400 to 417, 421 to 424, 426, 428, 429, 431, 500 to 508, 510 or 511, but is {status}; leave it out for 429");
        }

        foreach (var (list, headers) in new[] { ("set", SetHeaders ?? []), ("add", AddHeaders ?? []) })
        {
            foreach (var violation in headers.SelectMany((header, i) => MatchRules.ChangeableHeader(header.Key, (at / "headers" / list)[i] / "name")))
            {
                yield return violation;
            }
        }
    }

    private IEnumerable<Violation> HeaderCount(FieldPath at)
    {
        // Envoy's limit.
        const int most = 10;
        if ((SetHeaders ?? []).Length + (AddHeaders ?? []).Length is > most and var count)
        {
            yield return new(at, $"must have at most {most} headers but has {count}");
        }
    }

    private IEnumerable<Violation> Names(FieldPath at)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < (Routes?.Length ?? 0); i++)
        {
            if (Routes!.Value[i].Name is not { } name)
            {
                continue;
            }

            if (!DnsLabel.IsValid(name) || name == RateLimitRoute.Rest)
            {
                yield return new(at[i] / "name", $"must be lower-case letters, digits and inner hyphens, at most 63 characters, and not {RateLimitRoute.Rest}, but is {Wording.Quote(name)}");
            }
            else if (!names.Add(name))
            {
                yield return new(at[i] / "name", $"is {Wording.Quote(name)} a second time; give each its own name");
            }
        }
    }

    private IEnumerable<Violation> Switches(FieldPath at)
    {
        if (HttpDisabled == true && (Requests is not null || Routes is not null))
        {
            yield return new(at / "http" / "disabled", "is true beside a rate; keep one of them");
        }

        if (TcpDisabled == true && Connections is not null)
        {
            yield return new(at / "tcp" / "disabled", "is true beside a rate; keep one of them");
        }
    }
}
