namespace Mesh.Kubernetes.Installation;

/// <summary>The ports of the control plane in a cluster.</summary>
public static class ControlPlanePorts
{
    /// <summary>xDS, registration, signing.</summary>
    public const int Grpc = 15010;

    /// <summary>API, status page, metrics, health.</summary>
    public const int Api = 15014;
}
