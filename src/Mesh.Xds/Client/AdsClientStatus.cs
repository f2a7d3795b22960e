namespace Mesh.Xds.Client;

/// <summary>How an ADS client stands with its control plane.</summary>
/// <param name="Connected">Whether a stream is open and was answered.</param>
/// <param name="Since">Since when that is so.</param>
/// <param name="HasSnapshot">Whether a configuration is live, from the stream or from disk.</param>
/// <param name="LastError">Why the last stream ended or the last response was refused; <see langword="null"/>: nothing to tell.</param>
public sealed record AdsClientStatus(bool Connected, DateTimeOffset Since, bool HasSnapshot, string? LastError);
