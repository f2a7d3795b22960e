namespace Mesh.Cli.AppFiles;

/// <summary>A service whose app speaks xDS itself: its sidecar's relay is on, and the app finds its bootstrap file in <c>GRPC_XDS_BOOTSTRAP</c>.</summary>
/// <param name="Serves">The endpoint that the app serves with mTLS itself, where peers reach it without its sidecar in between. <see langword="null"/>: it only calls.</param>
internal sealed record ProxylessDefinition(string? Serves);
