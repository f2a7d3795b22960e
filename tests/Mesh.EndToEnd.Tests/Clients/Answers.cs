using System.Globalization;

namespace Mesh.EndToEnd.Tests.Clients;

/// <summary>What came back from a number of calls.</summary>
/// <param name="From">Good answers by server.</param>
/// <param name="Errors">Others by gRPC status code.</param>
/// <param name="Detail">What the last error said.</param>
internal sealed record Answers([property: System.Text.Json.Serialization.JsonPropertyName("answers")] Dictionary<string, int> From, Dictionary<string, int> Errors, string Detail)
{
    /// <summary>Whether all are good and from one server.</summary>
    public bool AreAllFrom(string server) => Errors.Count == 0 && From.Count == 1 && From.ContainsKey(server);

    /// <summary>Whether all are good and from just these.</summary>
    public bool AreFrom(params string[] servers) => Errors.Count == 0 && From.Keys.Order(StringComparer.Ordinal).SequenceEqual(servers.Order(StringComparer.Ordinal));

    /// <summary>Whether all have one status.</summary>
    public bool AreAll(int code) => From.Count == 0 && Errors.Count == 1 && Errors.ContainsKey(code.ToString(CultureInfo.InvariantCulture));

    /// <inheritdoc />
    public override string ToString() =>
        $"good: {string.Join(", ", From.Select(f => $"{f.Key} {f.Value}"))}; bad: {string.Join(", ", Errors.Select(e => $"{e.Key} {e.Value}"))}; {Detail}";
}
