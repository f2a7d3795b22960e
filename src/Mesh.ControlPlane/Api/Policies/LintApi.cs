using Mesh.ControlPlane.Compilation;
using Mesh.Model.Compilation;

namespace Mesh.ControlPlane.Api;

/// <summary>Everything that lint rules find in what is in force, hints too.</summary>
internal static class LintApi
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/lint", List).WithMetadata(new Access(ApiScopes.Read, BrowserSession: true));

    private static IResult List(MeshCompiler compiler) => Results.Ok(new { findings = compiler.Current?.Findings.Select(Finding) ?? [] });

    private static object Finding(CompileWarning finding) => new
    {
        rule = finding.Rule.Id,
        name = finding.Rule.Name,
        level = finding.Rule.Level.ToString().ToLowerInvariant(),
        document = finding.Resource.ToString(),
        path = finding.Path.ToString(),
        message = finding.Message,
        origin = OriginView.Of(finding.Origin),
    };
}
