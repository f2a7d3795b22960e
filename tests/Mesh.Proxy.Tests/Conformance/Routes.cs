namespace Mesh.Proxy.Tests.Conformance;

/// <summary>Routes as documents, around the rules that a test is about.</summary>
internal static class Routes
{
    /// <summary>An HttpRoute for the service echo.</summary>
    public static string Http(string rules, string target = "{kind: Service, name: echo, sectionName: http}", string name = "route", string space = "default") => Of("HttpRoute", rules, target, name, space);

    /// <summary>A GrpcRoute for the service echo.</summary>
    public static string Grpc(string rules, string target = "{kind: Service, name: echo, sectionName: rpc}", string name = "route") => Of("GrpcRoute", rules, target, name, "default");

    private static string Of(string kind, string rules, string target, string name, string space) =>
        $"kind: {kind}\nmetadata: {{name: {name}, namespace: {space}}}\nspec:\n  to:\n  - targetRef: {target}\n    rules:\n{string.Join('\n', rules.Split('\n').Select(line => "    " + line))}\n";
}
