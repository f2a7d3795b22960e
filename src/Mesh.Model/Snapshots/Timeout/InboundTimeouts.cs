using System.Collections.Immutable;

namespace Mesh.Model.Snapshots;

/// <summary>Bounds of the receiving side, from Timeout policies with <c>rules</c>.</summary>
public sealed record InboundTimeouts
{
    /// <summary>Limit for one connection attempt to the app. Default: 10 s, Kuma's inbound default.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Limit for a whole request. <see langword="null"/>: none.</summary>
    public TimeSpan? Request { get; init; }

    /// <summary>How long a tunnel may be silent; connections of HTTP have a limit of the proxy's own. <see langword="null"/>: for ever. Default: 2 h, Kuma's inbound default.</summary>
    public TimeSpan? Idle { get; init; } = TimeSpan.FromHours(2);

    /// <summary>How long a request or stream may move no byte in either direction. <see langword="null"/>: for ever.</summary>
    public TimeSpan? StreamIdle { get; init; }

    /// <summary>Limit for the head of a request. <see langword="null"/>: the proxy's own.</summary>
    public TimeSpan? RequestHeaders { get; init; }

    /// <summary>How old a connection may grow. <see langword="null"/>: any age.</summary>
    public TimeSpan? MaxConnectionDuration { get; init; }

    /// <summary>What said so.</summary>
    public Origin Origin { get; init; } = Origin.Default;

    /// <summary>What differs for some callers; for each bound the first entry that matches and has it is heard.</summary>
    public ImmutableArray<CallerTimeouts> ForCallers { get; init; } = [];

    /// <summary>The bounds for one caller.</summary>
    /// <param name="caller">Its SPIFFE id; <see langword="null"/>: somebody without one.</param>
    public InboundTimeouts For(string? caller)
    {
        if (ForCallers.IsEmpty || caller is null)
        {
            return this;
        }

        CallerTimeouts? request = null, idle = null, streamIdle = null;
        foreach (var entry in ForCallers)
        {
            if (entry.Caller.Matches(caller))
            {
                request ??= entry.Request is null ? null : entry;
                idle ??= entry.Idle is null ? null : entry;
                streamIdle ??= entry.StreamIdle is null ? null : entry;
            }
        }

        return request is null && idle is null && streamIdle is null
            ? this
            : this with
            {
                Request = request is null ? Request : OrNone(request.Request),
                Idle = idle is null ? Idle : OrNone(idle.Idle),
                StreamIdle = streamIdle is null ? StreamIdle : OrNone(streamIdle.StreamIdle),
                Origin = (request ?? streamIdle ?? idle)!.Origin,
            };
    }

    private static TimeSpan? OrNone(TimeSpan? limit) => limit == TimeSpan.Zero ? null : limit;
}
