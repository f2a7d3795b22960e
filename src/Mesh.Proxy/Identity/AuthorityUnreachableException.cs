namespace Mesh.Proxy.Identity;

/// <summary>The authority did not answer.</summary>
internal sealed class AuthorityUnreachableException(string message, Exception? inner = null) : Exception(message, inner);
