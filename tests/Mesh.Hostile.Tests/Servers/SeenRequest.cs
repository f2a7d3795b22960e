namespace Mesh.Hostile.Tests.Servers;

/// <summary>A whole request as it arrived behind a server.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Target">Its target, octet by octet.</param>
/// <param name="Headers">Its headers in order, names as written.</param>
/// <param name="Body">Its body, freed of chunks.</param>
/// <param name="Fault">What no sender of HTTP/1.1 may write; <see langword="null"/>: nothing.</param>
internal sealed record SeenRequest(string Method, string Target, IReadOnlyList<KeyValuePair<string, string>> Headers, string Body, string? Fault = null)
{
    /// <summary>The values of a header.</summary>
    public IEnumerable<string> Values(string name) => Headers.Where(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(h => h.Value);

    /// <inheritdoc />
    public override string ToString() => $"{Method} {Target} [{string.Join(", ", Headers.Select(h => $"{h.Key}: {h.Value}"))}] '{Body}'{(Fault is null ? "" : $" FAULT: {Fault}")}";
}
