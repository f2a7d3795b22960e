namespace Mesh.Proxy.Telemetry;

/// <summary>First event id of each folder's hundred; <c>docs/events.md</c> lists the events.</summary>
internal static class EventRanges
{
    public const int Composition = 3000;
    public const int Admin = 3100;
    public const int Inbound = 3200;
    public const int Outbound = 3300;
    public const int Policies = 3400;
    public const int Upstreams = 3500;
    public const int Identity = 3600;
    public const int Configuration = 3700;
    public const int Telemetry = 3800;
    public const int Relay = 3900;
}
