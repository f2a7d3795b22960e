namespace Mesh.Model.Planning;

/// <summary>The fixed ports of containers: a pod's ports are its own, so the numbers can be those that operators know (DESIGN: Envoy's and Istio's).</summary>
public static class ContainerPorts
{
    /// <summary>The admin endpoint.</summary>
    public const int Admin = 15000;

    /// <summary>The mesh door.</summary>
    public const int MeshDoor = 15006;

    /// <summary>What the sidecar says of itself to whoever watches over its pod.</summary>
    public const int Health = 15020;

    /// <summary>The first door for callers in plain text; the others follow in the order of the ports.</summary>
    public const int FirstPlainDoor = 15060;

    /// <summary>The first outbound listener; the others follow in the order of their names.</summary>
    public const int FirstOutbound = 15101;

    private const int FirstApp = 18080;
    private const int FirstFrontDoor = 8080;

    /// <summary>The port source for <see cref="PlanningTarget.Containers"/>.</summary>
    public static int Pick(PortRequest request, IReadOnlySet<int> taken) => request.Purpose switch
    {
        PortPurpose.Admin => Admin,
        PortPurpose.MeshDoor => MeshDoor,
        PortPurpose.Outbound => FirstFree(FirstOutbound, taken),
        PortPurpose.PlainDoor => FirstFree(FirstPlainDoor, taken),
        PortPurpose.FrontDoor => FirstFree(FirstFrontDoor, taken),
        _ => FirstFree(FirstApp, taken),
    };

    private static int FirstFree(int from, IReadOnlySet<int> taken)
    {
        while (taken.Contains(from))
        {
            from++;
        }

        return from;
    }
}
