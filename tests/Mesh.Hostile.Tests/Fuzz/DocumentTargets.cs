using System.Text;
using Mesh.Model.Serialization;
using Mesh.Testing;
using Mesh.Yaml;

namespace Mesh.Hostile.Tests.Fuzz;

/// <summary>Documents of users, as YAML and as JSON, down to what the compiler makes of them.</summary>
internal static class DocumentTargets
{
    private const string Yaml = """
        apiVersion: mesh.dev/v1alpha1
        kind: HttpRoute
        metadata: { name: canary }
        spec:
          targetRef: { kind: Mesh }
          to:
          - targetRef: { kind: Service, name: catalog }
            rules:
            - matches: [{ path: { type: PathPrefix, value: /v2 }, headers: [{ name: h, value: "x" }] }]
              default:
                backendRefs: [{ name: catalog, weight: 90 }]
        ---
        # another
        apiVersion: mesh.dev/v1alpha1
        kind: TrafficPermission
        metadata: { name: p }
        spec: &anchor
          targetRef: { kind: Service, name: a }
          rules:
          - default:
              deny: [{ service: b, methods: [GET], paths: [{ type: RegularExpression, value: '/a(b|c)*' }] }]
        ---
        apiVersion: mesh.dev/v1alpha1
        kind: App
        metadata: {name: bookshop}
        spec:
          services:
            web: {command: [node, web.js], endpoints: {http: {protocol: http, port: 8080, external: true}}, uses: [catalog]}
        """;

    private const string Json = """
        [{"apiVersion":"mesh.dev/v1alpha1","kind":"Timeout","metadata":{"name":"t","namespace":"n"},"spec":{"to":[{"targetRef":{"kind":"Service","labels":{"t":"v"}},"default":{"connect":"1s","request":"0s","streamIdle":"1h30m"}}]}},
        {"apiVersion":"mesh.dev/v1alpha1","kind":"Service","metadata":{"name":"a","labels":{"t":"v"}},"spec":{"ports":[{"name":"http","protocol":"http","external":true}],"uses":["b","b/http"]}}]
        """;

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("yaml", [.. Yaml.Split("---\n").Append(Yaml).Select(Encoding.UTF8.GetBytes)], ["&a", "*a", "<<: *a", "- ", "\n", "? ", "!!binary", "!!set", "|\n", ">-\n", "\t", "%YAML 1.1\n", "{", "[", "'", "\"", "0x1", ".inf", "\x00", "\xff"], o => Run(o, "x.yaml"), 3000),
        new("json", [Encoding.UTF8.GetBytes(Json)], ["{", "}", "[", "]", ",", "\"", "\\u", "\\ud800", "1e999", "null", "-0"], o => Run(o, "x.json"), 6000),
    ];

    private static void Run(byte[] input, string name)
    {
        var read = DocumentReader.Read(Encoding.UTF8.GetString(input), name);
        foreach (var document in read.Documents)
        {
            var resource = ResourceReader.Read(document);
            if (resource.Resource is { } good)
            {
                TestMesh.Empty.Service("b", ports: ["http", "db:tcp"], uses: ["a"]).Service("a", ports: ["http", "db:tcp"]).Add(good).Compile();
            }
        }
    }
}
