namespace Mesh.EndToEnd.Tests.Running;

/// <summary>What a call that an app made for a test came back with; status 0 and an error where nothing did.</summary>
internal sealed record CallResult(int Status, Dictionary<string, string> Headers, string Body, string? Error)
{
    public string? Header(string name) => Headers.FirstOrDefault(h => string.Equals(h.Key, name, StringComparison.OrdinalIgnoreCase)).Value;

    public override string ToString() => $"{Status} {Error} {string.Join("; ", Headers.Select(h => $"{h.Key}: {h.Value}"))}\n{Body}";
}
