namespace Mesh.Model.Planning;

/// <summary>Hands out a port number, 1 to 65535.</summary>
/// <param name="request">What it is for.</param>
/// <param name="taken">Numbers that are spoken for and must not be handed out.</param>
public delegate int PortSource(PortRequest request, IReadOnlySet<int> taken);
