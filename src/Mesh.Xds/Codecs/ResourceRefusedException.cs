namespace Mesh.Xds.Codecs;

/// <summary>A resource that Mesh cannot run: says where in it and why. Becomes a NACK.</summary>
public sealed class ResourceRefusedException : Exception
{
    public ResourceRefusedException()
    {
    }

    public ResourceRefusedException(string message)
        : base(message)
    {
    }

    public ResourceRefusedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The sender said something that only a newer version has a place for.</summary>
    internal static ResourceRefusedException BeyondThisVersion(string where) =>
        new($"{where}: says something that this version does not understand; a sidecar of the control plane's version does");
}
