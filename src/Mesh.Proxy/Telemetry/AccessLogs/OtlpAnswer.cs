namespace Mesh.Proxy.Telemetry.AccessLogs;

/// <summary>What a collector said to a batch.</summary>
/// <param name="Problem">Why it was not taken; <see langword="null"/>: it was.</param>
/// <param name="MayPass">Whether the same batch may be taken later.</param>
/// <param name="Rejected">How many records of a batch that was taken were not.</param>
internal readonly record struct OtlpAnswer(string? Problem, bool MayPass = false, int Rejected = 0);
