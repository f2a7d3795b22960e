using System.Security.Cryptography;
using System.Text;

namespace Mesh.ControlPlane.Store;

/// <summary>Short names for contents. Files of the state directory hold them, so how they are made does not change.</summary>
internal static class ContentHash
{
    /// <summary>SHA-256, shortened to 16 digits.</summary>
    public static string Of(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));
}
