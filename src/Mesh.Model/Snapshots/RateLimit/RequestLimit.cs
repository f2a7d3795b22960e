using System.Collections.Immutable;

namespace Mesh.Model.Snapshots;

/// <summary>How many of some requests may come in.</summary>
public sealed record RequestLimit
{
    /// <summary>Too many requests (RFC 6585): the status where nothing is said.</summary>
    public const int TooManyRequests = 429;

    /// <summary>The statuses that can be said: those of errors that Envoy knows.</summary>
    public static readonly ImmutableArray<int> Statuses =
    [
        .. Enumerable.Range(400, 18), 421, 422, 423, 424, 426, 428, 429, 431, .. Enumerable.Range(500, 9), 510, 511,
    ];

    /// <summary>What it is called: <c>default</c>, or the route's name or place. Beside <see cref="Caller"/> it tells the buckets of a port apart.</summary>
    public required string Name { get; init; }

    /// <summary>Whose requests. <see langword="null"/>: those of everybody whom no limit before this one is for.</summary>
    public PrincipalMatch? Caller { get; init; }

    /// <summary>Which of them.</summary>
    public RouteMatch Match { get; init; } = RouteMatch.Any;

    /// <summary>How many. <see langword="null"/>: any number.</summary>
    public Rate? Rate { get; init; }

    /// <summary>The HTTP status of what is refused.</summary>
    public int Status { get; init; } = TooManyRequests;

    /// <summary>Headers of what is refused.</summary>
    public HeaderModification Headers { get; init; } = HeaderModification.None;

    /// <summary>Whether answers to what passes say what is left, too.</summary>
    public bool Announce { get; init; }

    /// <summary>What said so.</summary>
    public required Origin Origin { get; init; }
}
