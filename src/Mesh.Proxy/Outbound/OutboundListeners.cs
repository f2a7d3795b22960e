using Mesh.Proxy.Downstreams;

namespace Mesh.Proxy.Outbound;

/// <summary>The open listeners of this side.</summary>
internal sealed record OutboundListeners(ListenerSet Set);
