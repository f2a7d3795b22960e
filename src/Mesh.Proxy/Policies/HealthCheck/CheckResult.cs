namespace Mesh.Proxy.Policies.HealthCheck;

/// <summary>How a check ended.</summary>
/// <param name="Verdict">What it says.</param>
/// <param name="Detail">What happened, where the replica is not well or nothing is known.</param>
internal readonly record struct CheckResult(CheckVerdict Verdict, string Detail = "");
