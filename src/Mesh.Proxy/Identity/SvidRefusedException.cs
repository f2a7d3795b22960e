namespace Mesh.Proxy.Identity;

/// <summary>The authority said no.</summary>
internal sealed class SvidRefusedException(string message, Exception? inner = null) : Exception(message, inner);
