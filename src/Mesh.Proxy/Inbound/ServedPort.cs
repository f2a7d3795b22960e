using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Downstreams;
using Mesh.Proxy.Identity;
using Mesh.Proxy.Policies.CircuitBreaker;
using Mesh.Proxy.Policies.RateLimit;
using Mesh.Proxy.Policies.TrafficPermission;
using Mesh.Proxy.Policies.TrafficPermission.Tokens;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Telemetry.AccessLogs;

namespace Mesh.Proxy.Inbound;

/// <summary>A port behind a door, as one configuration has it.</summary>
/// <param name="Port">The port.</param>
/// <param name="Protocol">What is spoken.</param>
/// <param name="Permissions">Who may call.</param>
/// <param name="Timeouts">Bounds.</param>
/// <param name="Application">The app; <see langword="null"/>: the bootstrap file does not say where it is.</param>
/// <param name="IsExternal">For a front door: whether anyone may come in without an identity, unless denied.</param>
/// <param name="Tokens">What judges the tokens of requests; <see langword="null"/>: none are looked at.</param>
internal sealed record ServedPort(
    PortRef Port, AppProtocol Protocol, CompiledPermissions Permissions, InboundTimeouts Timeouts, LocalApplication? Application, bool IsExternal, TokenGate? Tokens = null)
{
    /// <summary>Decides on a request.</summary>
    public PermissionDecision Decide(RequestFacts facts) => OrExternal(facts.Caller, Permissions.Decide(facts.Caller, facts.Method, facts.Path, facts.Evidence));

    /// <summary>Decides on a connection that has no requests.</summary>
    public PermissionDecision Decide(string? caller) => OrExternal(caller, Permissions.Decide(caller));

    // What is external is for those outside: no rule has to allow them, and one may deny them.
    private PermissionDecision OrExternal(string? caller, PermissionDecision decision) =>
        caller is null && IsExternal && decision is { IsAllowed: false, Rule: null } ? new(true) : decision;

    /// <summary>For a front door that is not external: who said that callers without an identity may come in where a rule lets them; <see langword="null"/>: nobody did.</summary>
    public string? Permissive { get; init; }

    /// <summary>Whether callers without an identity are judged at all.</summary>
    public bool TakesStrangers => IsExternal || Permissive is not null;

    /// <summary>Whether a connection that has no requests may go on.</summary>
    public bool Keeps(string? caller) => (caller is not null || TakesStrangers) && Decide(caller).IsAllowed;

    /// <summary>
    /// Whether a request that runs may go on. One of a caller without an identity may finish where the port takes those no more; but what streams has no end of its own, and would
    /// be let in for ever.
    /// </summary>
    public bool Keeps(RequestFacts facts, bool isStream) => (facts.Caller is not null || TakesStrangers || !isStream) && Decide(facts).IsAllowed;

    /// <summary>The port as metrics write it.</summary>
    public string Callee { get; } = Port.ToString();

    /// <summary>How much may come in; <see langword="null"/>: any number of anything.</summary>
    public CompiledLimits? Limits { get; init; }

    /// <summary>How much may be under way to the app at a time; empty: any number.</summary>
    public ImmutableArray<CallerGate> Gates { get; init; } = [];

    /// <summary>The gate that a caller goes through; <see langword="null"/>: none. A caller of <see langword="null"/> has no identity.</summary>
    public CallerGate? GateOf(string? caller)
    {
        foreach (var gate in Gates)
        {
            if (gate.IsFor(caller))
            {
                return gate;
            }
        }

        return null;
    }

    /// <summary>What handshakes at the mesh door may come to.</summary>
    public HandshakeBounds Handshakes { get; init; } = HandshakeBounds.Default;

    /// <summary>What policies say is told of requests; <see langword="null"/>: nothing.</summary>
    public CompiledTelemetry? Telemetry { get; init; }

    /// <summary>What is written about requests; <see langword="null"/>: nothing.</summary>
    public CompiledAccessLogs? AccessLogs { get; init; }

    /// <summary>Whether a decision may hang on the path: then a path that apps read differently is refused.</summary>
    public bool HasPaths => Permissions.HasPaths || Limits is { HasPaths: true };
}
