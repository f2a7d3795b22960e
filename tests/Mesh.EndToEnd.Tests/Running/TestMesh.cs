namespace Mesh.EndToEnd.Tests.Running;

/// <summary>mesh.yaml files of apps that do what a test tells them.</summary>
internal static class TestMesh
{
    /// <summary>front uses back (two replicas) and echo (TCP); other is used by back alone.</summary>
    public static string FrontBackOther => $$"""
        apiVersion: mesh.dev/v1alpha1
        kind: App
        metadata: { name: trio }
        spec:
          policies: policies
          services:
            front:
              command: [dotnet, exec, {{Built.TestApp}}]
              endpoints:
                http: { protocol: http, external: true }
              uses: [back]
              health: { endpoint: http, path: /health }
            back:
              command: [dotnet, exec, {{Built.TestApp}}]
              replicas: 2
              endpoints:
                http: { protocol: http }
              uses: [other]
              health: { endpoint: http, path: /health }
            other:
              command: [dotnet, exec, {{Built.TestApp}}]
              endpoints:
                http: { protocol: http }
              health: { endpoint: http, path: /health }
        """;

    /// <summary>A policy document of a name of its own kind.</summary>
    public static string Policy(string kind, string name, string spec) => $"""
        apiVersion: mesh.dev/v1alpha1
        kind: {kind}
        metadata:
          name: {name}
        spec:
        {string.Join('\n', spec.Split('\n').Select(line => "  " + line))}
        """;
}
