namespace Mesh.Proxy.Telemetry;

/// <summary>Status codes as objects, made once: a tag is an object, and one for each request would be garbage.</summary>
internal static class StatusBox
{
    private static readonly object[] Boxes = [.. Enumerable.Range(0, 600).Select(status => (object)status)];

    /// <summary>The box of a status code; what is none is counted as 0.</summary>
    public static object Of(int status) => Boxes[(uint)status < (uint)Boxes.Length ? status : 0];
}
