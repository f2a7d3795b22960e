namespace Mesh.Proxy.Outbound;

/// <summary>What a service is asked.</summary>
/// <param name="Request">The request that goes to it.</param>
/// <param name="Length">Bytes of its body.</param>
/// <param name="Answer">What it answers, where that is read whole.</param>
internal sealed record AuthorizationQuestion(HttpContext Request, int Length, MemoryStream Answer)
{
    /// <summary>Most bytes of an answer that is read whole.</summary>
    public const int MaxAnswer = 256 * 1024;
}
