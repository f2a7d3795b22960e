namespace Mesh.Proxy.Telemetry.AccessLogs;

/// <summary>Writes about what has ended. Never waits: what does not fit is dropped and counted.</summary>
internal delegate void AccessWriter(in AccessEntry entry);
