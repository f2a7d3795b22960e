namespace Mesh.Model.Policies.Telemetry;

/// <summary>What sidecars tell of requests: of all that they send and receive (<c>rules</c>; with a port in the target of what they receive there), and otherwise of calls to some (<c>to</c>), which is heard before.</summary>
public sealed record TelemetryPolicy : TwoSidedPolicy<TelemetrySettings, TelemetrySettings>
{
    /// <summary>The kind, as documents write it.</summary>
    public const string KindName = "Telemetry";

    /// <inheritdoc />
    public override string Kind => KindName;
}
