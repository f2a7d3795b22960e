using Mesh.Model.Bootstrap;
using Mesh.Model.Resources;
using Mesh.Model.Topology;

namespace Mesh.ControlPlane.Composition;

/// <summary>Checks the member <c>kubernetes</c> of the start-up file. Every error is one line: <c>member=value (reason)</c>.</summary>
internal static class KubernetesSettingsCheck
{
    /// <summary>All that is wrong with it; nothing where it is missing.</summary>
    public static IEnumerable<string> Run(ControlPlaneSettings settings) => settings.Kubernetes is { } kubernetes ? Check(settings, kubernetes) : [];

    private static IEnumerable<string> Check(ControlPlaneSettings settings, KubernetesSettings kubernetes)
    {
        if (!DnsLabel.IsValid(kubernetes.Mesh))
        {
            yield return $"kubernetes.mesh={kubernetes.Mesh} (must be the name of the mesh, a DNS label; mesh is usual)";
        }

        if (!DnsLabel.IsValid(kubernetes.SystemNamespace))
        {
            yield return $"kubernetes.systemNamespace={kubernetes.SystemNamespace} (must be the name of the control plane's own namespace)";
        }

        if (kubernetes.Namespaces.IsDefaultOrEmpty)
        {
            yield return "kubernetes.namespaces=[] (must name at least one namespace to serve)";
            yield break;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < kubernetes.Namespaces.Length; i++)
        {
            var name = kubernetes.Namespaces[i];
            if (!DnsLabel.IsValid(name) || !seen.Add(name))
            {
                yield return $"kubernetes.namespaces[{i}]={name} (must be the name of a namespace, each once)";
            }
            else if (name == DeclaredResource.SystemNamespace || name == kubernetes.SystemNamespace)
            {
                // A pod there could be the control plane, or read the authority's keys.
                yield return $"kubernetes.namespaces[{i}]={name} (is the control plane's own; services live in others)";
            }
        }

        if (string.IsNullOrWhiteSpace(kubernetes.Audience))
        {
            yield return $"kubernetes.audience={kubernetes.Audience} (must name the audience of the tokens; mesh is usual)";
        }

        if (kubernetes.Server is { } server && (!Uri.TryCreate(server, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")))
        {
            yield return $"kubernetes.server={server} (must be an http or https URL; leave it out inside a cluster)";
        }
        else if (kubernetes.Server is null && Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST") is null or "")
        {
            yield return "kubernetes.server= (KUBERNETES_SERVICE_HOST is not set, so this is no pod; give the API server's URL)";
        }

        if (!settings.ApiTokens.IsEmpty)
        {
            yield return "apiTokens=… (are not used with kubernetes: callers show tokens of ServiceAccounts, and roles say what they may do; remove them)";
        }

        if (!settings.Identities.IsEmpty)
        {
            yield return "identities=… (are not used with kubernetes: pods have projected tokens; remove them)";
        }
    }
}
