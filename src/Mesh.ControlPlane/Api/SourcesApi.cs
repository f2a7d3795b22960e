using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Store;
using Mesh.Model.Bootstrap;
using Mesh.Model.Compilation;

namespace Mesh.ControlPlane.Api;

/// <summary>Where the configuration comes from and what is wrong with it.</summary>
internal static class SourcesApi
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/sources", List).WithMetadata(new Access(ApiScopes.Read, BrowserSession: true));

    /// <summary>A warning as the API shows it.</summary>
    public static object Warning(CompileWarning warning) => new
    {
        document = warning.Resource.ToString(),
        path = warning.Path.ToString(),
        message = warning.Message,
        origin = OriginView.Of(warning.Origin),
    };

    private static IResult List(ConfigurationStore store, MeshCompiler compiler, ControlPlaneSettings settings) => Results.Ok(new
    {
        sources = settings.Sources.Select(s => new { name = s.Name, directory = s.Directory, present = Directory.Exists(s.Directory) }),
        files = store.Current.Files.Select(f => new
        {
            source = f.File.Source,
            path = f.File.Path,
            state = f.IsGood ? "good" : f.LastGood.IsEmpty ? "refused" : "last-good",
            documents = f.Resources.Select(r => r.Key.ToString()),
            violations = f.Violations,
            readAt = f.ReadAt,
        }),
        warnings = compiler.Current?.Warnings.Select(Warning) ?? [],
        refused = compiler.Current?.Refused.Select(r => new { profile = r.Key, message = r.Value }) ?? [],
    });
}
