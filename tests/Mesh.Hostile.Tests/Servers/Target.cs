namespace Mesh.Hostile.Tests.Servers;

/// <summary>One way in: a server alone, or a door of the mesh.</summary>
/// <param name="Name">Its name in messages.</param>
/// <param name="ConnectAsync">Opens a connection.</param>
/// <param name="Recording">What arrives behind it.</param>
/// <param name="Patience">How long it is waited for when it says nothing.</param>
internal sealed record Target(string Name, Func<Task<HostileConnection>> ConnectAsync, Recording Recording, TimeSpan Patience)
{
    /// <inheritdoc />
    public override string ToString() => Name;
}
