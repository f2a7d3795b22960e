using Mesh.Model.Policies.Fault;

namespace Mesh.ControlPlane.Compilation;

/// <summary>A fault that somebody asked for. It is only here, in memory, and goes with this process.</summary>
/// <param name="Id">Eight digits that nobody guesses.</param>
/// <param name="By">The API token's name.</param>
/// <param name="Request">What was asked for.</param>
/// <param name="StartedAt">When.</param>
/// <param name="EndsAt">When it ends by itself.</param>
internal sealed record FaultLease(string Id, string By, FaultRequest Request, DateTimeOffset StartedAt, DateTimeOffset EndsAt);
