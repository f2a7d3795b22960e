using Mesh.Model.Validation;

namespace Mesh.Model.Snapshots;

/// <summary>What a fault does. Each effect is drawn for itself, so two effects of 50 % meet in a quarter of the calls.</summary>
public sealed record FaultEffects
{
    /// <summary>A pause before the request goes on, or is aborted. <see langword="null"/>: none.</summary>
    public FaultDelay? Delay { get; init; }

    /// <summary>An answer in place of the called service's. <see langword="null"/>: none.</summary>
    public FaultAbort? Abort { get; init; }

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => Delay is null && Abort is null;

    /// <summary>What is wrong with it, all at once.</summary>
    public IEnumerable<Violation> Validate(FieldPath at) => [.. Delay?.Validate(at / "delay") ?? [], .. Abort?.Validate(at / "abort") ?? []];
}
