using System.Text;

namespace Mesh.Proxy.Identity;

/// <summary>Reads a file of <c>/proc</c>.</summary>
internal static class ProcFile
{
    /// <summary>Its text; <see langword="null"/>: it is gone, or somebody else's.</summary>
    public static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path, Encoding.Latin1);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
