namespace Mesh.Model.Topology;

/// <summary>One port of a service, named as the app declared it.</summary>
public sealed record ServicePort
{
    /// <summary>The port's name, a DNS label such as <c>http</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What the app speaks on it.</summary>
    public required AppProtocol Protocol { get; init; }

    /// <summary>Whether people outside the mesh may use it: published, only such a port has a front door.</summary>
    public bool External { get; init; }

    /// <summary>Request bounds of the app's own choice are policies; this is only where the port was declared.</summary>
    public Origin? Origin { get; init; }
}
