using System.Security.Cryptography;
using Mesh.Model.Policies.Fault;

namespace Mesh.ControlPlane.Compilation;

/// <summary>A fault that somebody asked for.</summary>
/// <param name="Id">Eight digits that nobody guesses.</param>
/// <param name="By">The API token's name; in a cluster the account's.</param>
/// <param name="Request">What was asked for.</param>
/// <param name="StartedAt">When.</param>
/// <param name="EndsAt">When it ends by itself.</param>
internal sealed record FaultLease(string Id, string By, FaultRequest Request, DateTimeOffset StartedAt, DateTimeOffset EndsAt)
{
    /// <summary>One that begins now.</summary>
    public static FaultLease Begin(FaultRequest request, string by, DateTimeOffset now) => new(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4)), by, request, now, now + request.Duration!.Value);
}
