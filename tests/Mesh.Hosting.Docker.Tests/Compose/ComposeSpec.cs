using System.Text.Json.Serialization;

namespace Mesh.Hosting.Docker.Tests.Compose;

/// <summary>The parts of the Compose specification that a published file uses, in their long forms. What is not said here is an error: whoever uses more of it adds it here.</summary>
internal static class ComposeSpec
{
    public sealed record Project
    {
        [JsonPropertyName("name")] public string? Name { get; init; }

        [JsonPropertyName("services")] public required Dictionary<string, Service> Services { get; init; }

        [JsonPropertyName("networks")] public Dictionary<string, Network> Networks { get; init; } = [];

        [JsonPropertyName("volumes")] public Dictionary<string, Volume> Volumes { get; init; } = [];

        [JsonPropertyName("configs")] public Dictionary<string, Config> Configs { get; init; } = [];
    }

    public sealed record Service
    {
        [JsonPropertyName("image")] public required string Image { get; init; }

        [JsonPropertyName("pull_policy")] public string? PullPolicy { get; init; }

        [JsonPropertyName("entrypoint")] public string[] Entrypoint { get; init; } = [];

        [JsonPropertyName("command")] public string[] Command { get; init; } = [];

        [JsonPropertyName("environment")] public Dictionary<string, string> Environment { get; init; } = [];

        [JsonPropertyName("user")] public string? User { get; init; }

        [JsonPropertyName("read_only")] public bool ReadOnly { get; init; }

        [JsonPropertyName("cap_drop")] public string[] CapDrop { get; init; } = [];

        [JsonPropertyName("security_opt")] public string[] SecurityOpt { get; init; } = [];

        [JsonPropertyName("labels")] public Dictionary<string, string> Labels { get; init; } = [];

        [JsonPropertyName("restart")] public string? Restart { get; init; }

        [JsonPropertyName("stop_grace_period")] public string? StopGracePeriod { get; init; }

        [JsonPropertyName("deploy")] public Deploy? Deploy { get; init; }

        [JsonPropertyName("ports")] public string[] Ports { get; init; } = [];

        [JsonPropertyName("expose")] public string[] Expose { get; init; } = [];

        [JsonPropertyName("networks")] [JsonConverter(typeof(ServiceNetworksConverter))] public Dictionary<string, ServiceNetwork> Networks { get; init; } = [];

        [JsonPropertyName("network_mode")] public string? NetworkMode { get; init; }

        [JsonPropertyName("hostname")] public string? Hostname { get; init; }

        [JsonPropertyName("extra_hosts")] public Dictionary<string, string> ExtraHosts { get; init; } = [];

        [JsonPropertyName("configs")] public Mounted[] Configs { get; init; } = [];

        [JsonPropertyName("volumes")] public Mount[] Volumes { get; init; } = [];

        [JsonPropertyName("tmpfs")] public string[] Tmpfs { get; init; } = [];

        [JsonPropertyName("depends_on")] public Dictionary<string, Dependency> DependsOn { get; init; } = [];

        [JsonPropertyName("healthcheck")] public HealthCheck? HealthCheck { get; init; }
    }

    public sealed record Deploy([property: JsonPropertyName("resources")] Resources? Resources, [property: JsonPropertyName("replicas")] int? Replicas);

    public sealed record Resources([property: JsonPropertyName("limits")] Limits? Limits);

    public sealed record Limits([property: JsonPropertyName("memory")] string? Memory);

    public sealed record ServiceNetwork([property: JsonPropertyName("aliases")] string[]? Aliases);

    public sealed record Mounted([property: JsonPropertyName("source")] string Source, [property: JsonPropertyName("target")] string Target);

    public sealed record Mount(
        [property: JsonPropertyName("type")] string Type,
        [property: JsonPropertyName("source")] string Source,
        [property: JsonPropertyName("target")] string Target,
        [property: JsonPropertyName("read_only")] bool? ReadOnly);

    public sealed record Dependency([property: JsonPropertyName("condition")] string Condition, [property: JsonPropertyName("restart")] bool? Restart);

    public sealed record HealthCheck(
        [property: JsonPropertyName("test")] string[] Test,
        [property: JsonPropertyName("interval")] string Interval,
        [property: JsonPropertyName("timeout")] string Timeout,
        [property: JsonPropertyName("retries")] int Retries,
        [property: JsonPropertyName("start_period")] string StartPeriod,
        [property: JsonPropertyName("start_interval")] string StartInterval);

    public sealed record Network([property: JsonPropertyName("driver")] string? Driver);

    public sealed record Volume([property: JsonPropertyName("driver")] string? Driver, [property: JsonPropertyName("driver_opts")] Dictionary<string, string>? DriverOptions);

    public sealed record Config([property: JsonPropertyName("file")] string File);
}
