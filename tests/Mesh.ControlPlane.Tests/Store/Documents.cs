namespace Mesh.ControlPlane.Tests.Store;

/// <summary>Documents that tests write.</summary>
internal static class Documents
{
    public static string Service(string name, params string[] uses) => $"""
        apiVersion: mesh.dev/v1alpha1
        kind: Service
        metadata: {"{"} name: {name} {"}"}
        spec:
          ports: [{"{"} name: http, protocol: http {"}"}]
          uses: [{string.Join(", ", uses)}]

        """;

    public static string Permission(string name, string target, params string[] callers) => $"""
        apiVersion: mesh.dev/v1alpha1
        kind: TrafficPermission
        metadata: {"{"} name: {name} {"}"}
        spec:
          targetRef: {"{"} kind: Service, name: {target} {"}"}
          rules:
            - default:
                allow:
        {string.Concat(callers.Select(c => $"          - service: {c}\n"))}
        """;

    public static string Denial(string name, string target, string caller) => $"""
        apiVersion: mesh.dev/v1alpha1
        kind: TrafficPermission
        metadata: {"{"} name: {name} {"}"}
        spec:
          targetRef: {"{"} kind: Service, name: {target} {"}"}
          rules:
            - default:
                deny:
                  - service: {caller}

        """;

    public static string Timeout(string name, string target, string request) => $"""
        apiVersion: mesh.dev/v1alpha1
        kind: Timeout
        metadata: {"{"} name: {name} {"}"}
        spec:
          to:
            - targetRef: {"{"} kind: Service, name: {target} {"}"}
              default: {"{"} request: {request} {"}"}

        """;

    public static string All(params string[] documents) => string.Join("---\n", documents);
}
