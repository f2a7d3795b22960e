namespace Mesh.Proxy.Tests.Conformance;

/// <summary>What an echo service saw of a request, as it tells its caller.</summary>
/// <param name="Service">Which service.</param>
/// <param name="Replica">Which of its replicas, from 1.</param>
/// <param name="Method">The method.</param>
/// <param name="Path">Path and query.</param>
/// <param name="Host">The host.</param>
/// <param name="Protocol">The protocol between its sidecar and it.</param>
/// <param name="Headers">The headers, several values of one joined by commas.</param>
/// <param name="Body">The body.</param>
internal sealed record Echo(string Service, int Replica, string Method, string Path, string Host, string Protocol, Dictionary<string, string> Headers, string Body)
{
    /// <summary>A header's value; empty: it was not there.</summary>
    public string Header(string name) => Headers.FirstOrDefault(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value ?? "";
}
