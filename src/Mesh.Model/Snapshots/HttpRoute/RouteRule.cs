namespace Mesh.Model.Snapshots;

/// <summary>One match and what follows from it.</summary>
public sealed record RouteRule
{
    /// <summary>The rule's name for metrics and errors; unique in its table.</summary>
    public required string Name { get; init; }

    /// <summary>Which requests.</summary>
    public RouteMatch Match { get; init; } = RouteMatch.Any;

    /// <summary>What happens to them.</summary>
    public required RouteAction Action { get; init; }

    /// <summary>Changes to the request's headers before it is sent.</summary>
    public HeaderModification RequestHeaders { get; init; } = HeaderModification.None;

    /// <summary>Changes to the response's headers before the caller sees them.</summary>
    public HeaderModification ResponseHeaders { get; init; } = HeaderModification.None;

    /// <summary>Bounds on time.</summary>
    public RouteTimeouts Timeouts { get; init; } = new();

    /// <summary>When a request is sent again.</summary>
    public RetrySettings Retry { get; init; } = RetrySettings.Default;

    /// <summary>What pages of other origins may do. <see langword="null"/>: that is the app's business.</summary>
    public RouteCors? Cors { get; init; }

    /// <summary>Who is asked about each request first. <see langword="null"/>: nobody.</summary>
    public RouteAuthorization? Authorization { get; init; }

    /// <summary>The route policy that said so, or <see cref="Origin.Default"/> for the pass-through rule.</summary>
    public Origin Origin { get; init; } = Origin.Default;
}
