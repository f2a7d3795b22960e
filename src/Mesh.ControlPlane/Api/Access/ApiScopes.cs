namespace Mesh.ControlPlane.Api;

/// <summary>What an API token may do. A scope grants nothing beyond itself.</summary>
internal static class ApiScopes
{
    /// <summary>Look at services, proxies, policies and what applies to them.</summary>
    public const string Read = "read";

    /// <summary>Change policies, rotate roots.</summary>
    public const string Apply = "apply";

    /// <summary>Dump configuration, make faults.</summary>
    public const string Debug = "debug";

    /// <summary>Issue tokens with which a sidecar gets its first certificate.</summary>
    public const string Token = "token";

    /// <summary>Every scope.</summary>
    public static IReadOnlyList<string> All { get; } = [Read, Apply, Debug, Token];
}
