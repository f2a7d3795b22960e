using Mesh.Model.Validation;

namespace Mesh.Model.Snapshots;

/// <summary>What a fault does. Each effect is drawn for itself, so two effects of 50 % meet in a quarter of the calls.</summary>
public sealed record FaultEffects
{
    /// <summary>A pause before the request goes on, or is aborted. <see langword="null"/>: none.</summary>
    public FaultDelay? Delay { get; init; }

    /// <summary>An answer in place of the called service's. <see langword="null"/>: none.</summary>
    public FaultAbort? Abort { get; init; }

    /// <summary>What happens to the bodies of responses. <see langword="null"/>: nothing.</summary>
    public FaultResponse? Response { get; init; }

    /// <summary>What happens to the connections of tcp ports. <see langword="null"/>: nothing.</summary>
    public FaultTunnel? Tunnel { get; init; }

    /// <summary>Whether any is for requests.</summary>
    public bool IsForRequests => Delay is not null || Abort is not null || Response is not null;

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => !IsForRequests && Tunnel is null;

    /// <summary>What is wrong with it, all at once.</summary>
    public IEnumerable<Violation> Validate(FieldPath at) => [.. Delay?.Validate(at / "delay") ?? [], .. Abort?.Validate(at / "abort") ?? [], .. Response?.Validate(at / "response") ?? [], .. Tunnel?.Validate(at / "tcp") ?? []];
}
