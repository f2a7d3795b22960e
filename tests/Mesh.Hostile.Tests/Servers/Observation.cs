namespace Mesh.Hostile.Tests.Servers;

/// <summary>What was seen on both sides of a server.</summary>
/// <param name="Outcome">In one word.</param>
/// <param name="Status">The first status that it answered with; 0: none.</param>
/// <param name="Requests">What reached the app of the message itself, and in front of what came behind it.</param>
/// <param name="NextWasServed">Whether the request behind it was.</param>
/// <param name="Answer">What the caller saw.</param>
internal sealed record Observation(Outcome Outcome, int Status, IReadOnlyList<SeenRequest> Requests, bool NextWasServed, string Answer)
{
    /// <inheritdoc />
    public override string ToString() => $"{Outcome} {Status}{(NextWasServed ? " next-served" : "")} {string.Join(" | ", Requests)}";
}
