namespace Shop.ServiceDefaults;

/// <summary>Which of a service's running instances this process is: <c>MESH_REPLICA</c>, else the process id.</summary>
public sealed record Replica(string Name)
{
    public static Replica FromEnvironment() =>
        new(Environment.GetEnvironmentVariable("MESH_REPLICA") is { Length: > 0 } name ? name : $"pid-{Environment.ProcessId}");
}
