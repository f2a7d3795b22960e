using System.Globalization;

namespace Mesh.Hosting.Applying;

/// <summary>
/// One environment serves all replicas of a project; what differs between them is written as a template that DCP, Aspire's orchestrator, evaluates for each.
/// </summary>
/// <remarks>The annotation's name is DCP's own, as <c>otel-service-name</c> is, which Aspire itself writes into environments; a test on the real DCP holds it.</remarks>
internal static class ReplicaTemplate
{
    /// <summary>A text that becomes the replica's own port.</summary>
    public static string Port(IReadOnlyList<int> ports)
    {
        if (ports.Count == 1)
        {
            return ports[0].ToString(CultureInfo.InvariantCulture);
        }

        var choices = ports.Take(ports.Count - 1).Select((port, i) =>
            string.Create(CultureInfo.InvariantCulture, $"{{{{ {(i == 0 ? "if" : "else if")} eq (index .Annotations \"resource-replica-index\") \"{i}\" }}}}{port}"));
        return string.Create(CultureInfo.InvariantCulture, $"{string.Concat(choices)}{{{{ else }}}}{ports[^1]}{{{{ end }}}}");
    }

    /// <summary>A text that becomes the replica's own name.</summary>
    public static string Name(string service, int replicas) => replicas == 1 ? $"{service}-0" : $"{service}-{{{{ index .Annotations \"resource-replica-index\" }}}}";
}
