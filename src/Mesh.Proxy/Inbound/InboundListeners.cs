using Mesh.Proxy.Downstreams;

namespace Mesh.Proxy.Inbound;

/// <summary>The open listeners of this side.</summary>
internal sealed record InboundListeners(ListenerSet Set);
