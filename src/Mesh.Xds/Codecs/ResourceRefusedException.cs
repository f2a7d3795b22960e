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
}
