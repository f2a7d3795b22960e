using System.Collections.Immutable;

namespace Mesh.Model.Planning;

/// <summary>Where the plan is to run: what differs between a laptop and containers, and nothing else.</summary>
public sealed record PlanningTarget
{
    /// <summary>Whether all replicas share one host's ports: then ports are unique across the plan and each replica is planned on its own.</summary>
    public required bool ReplicasShareHost { get; init; }

    /// <summary>Whether endpoints that are not external have a front door, for the developer.</summary>
    public required bool FrontDoorForEveryEndpoint { get; init; }

    /// <summary>IP literal that mesh doors and front doors are bound to.</summary>
    public required string DoorAddress { get; init; }

    /// <summary>IP literal, or <c>localhost</c> for both loopback addresses, that front doors are bound to. <see langword="null"/>: <see cref="DoorAddress"/>.</summary>
    public string? FrontDoorAddress { get; init; }

    /// <summary>
    /// Where apps and sidecars meet: <c>127.0.0.1</c>, or <c>localhost</c> for both loopback addresses, where it is not known which one an app takes. Default: <c>127.0.0.1</c>.
    /// </summary>
    public string Loopback { get; init; } = "127.0.0.1";

    /// <summary>
    /// Whether sidecars get a server certificate (see <see cref="Bootstrap.SidecarBootstrap.ServerCertificate"/>): then users of https ports are told <c>https://localhost:port</c>, and
    /// those listeners are on both loopback addresses. Default: no, they are told <c>http://</c>, for sidecars speak plain HTTP then.
    /// </summary>
    public bool ServesHttps { get; init; }

    /// <summary>
    /// Whether callers find addresses in the plan's own variables (<see cref="PlannedReplica.Environment"/>), which name a callee without its namespace, so that a caller cannot use two
    /// of one name. Default: yes; no where somebody else tells them, as Aspire does, by names of its own.
    /// </summary>
    public bool TellsAddresses { get; init; } = true;

    /// <summary>Ports that somebody else has, and who: endpoints must not ask for them.</summary>
    public ImmutableSortedDictionary<int, string> ReservedPorts { get; init; } = ImmutableSortedDictionary<int, string>.Empty;

    /// <summary>Plain processes of one user on one machine: everything on loopback, front doors everywhere.</summary>
    public static PlanningTarget Laptop { get; } = new() { ReplicasShareHost = true, FrontDoorForEveryEndpoint = true, DoorAddress = "127.0.0.1" };

    /// <summary>
    /// A network namespace per replica (pods, Compose services): one planned replica stands for all, and only external endpoints have front doors.
    /// Use it with <see cref="ContainerPorts"/>.
    /// </summary>
    public static PlanningTarget Containers { get; } = new() { ReplicasShareHost = false, FrontDoorForEveryEndpoint = false, DoorAddress = "0.0.0.0" };
}
