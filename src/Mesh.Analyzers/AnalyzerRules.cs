using Microsoft.CodeAnalysis;

namespace Mesh.Analyzers;

/// <summary>What can be seen of an AppHost's use of the mesh when it is compiled; ids, cause and cure are in docs/diagnostics.md.</summary>
internal static class AnalyzerRules
{
    public static readonly DiagnosticDescriptor TwoMeshes = Rule("MESH001", "two meshes", "AddMesh is called a second time: all services of an AppHost are in one mesh, remove one of the calls");

    public static readonly DiagnosticDescriptor NoWeight = Rule("MESH121", "no weight at all", "Every backend of this rule has the weight 0, so every request is answered with 500; give one of them a weight");

    public static readonly DiagnosticDescriptor GlobInPath = Rule("MESH127", "star in a path", "'{0}' takes the star for a letter; use PathPrefix with what stands before it, or PathExpression");

    public static readonly DiagnosticDescriptor TryOverRequest = Rule("MESH160", "attempt longer than the request", "An attempt has {0}, but the whole request {1}, so the first attempt is the last; make PerTryTimeout shorter");

    public static readonly DiagnosticDescriptor OutOfRange = Rule("MESH201", "value out of range", "{0} must be {1} but is {2}");

    public static readonly DiagnosticDescriptor RuleTwice = Rule("MESH202", "rule name twice", "The rule '{0}' is there already; give each rule of a route its own name");

    public static readonly DiagnosticDescriptor NoMethod = Rule("MESH203", "no such method", "'{0}' is no HTTP method as requests carry it; write GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE or PATCH");

    private static DiagnosticDescriptor Rule(string id, string title, string message) => new(id, title, message, "Mesh", DiagnosticSeverity.Warning, isEnabledByDefault: true);
}
