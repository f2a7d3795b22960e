namespace Mesh.Hosting.Docker;

/// <summary>What all containers of the mesh are started with.</summary>
/// <param name="TrustDomain">The trust domain.</param>
/// <param name="LogLevel">Least level that is logged.</param>
/// <param name="Telemetry">Base URL of an OTLP collector (gRPC). <see langword="null"/>: none.</param>
internal sealed record ComposeStart(string TrustDomain, string LogLevel, string? Telemetry);
