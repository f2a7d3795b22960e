using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Store;
using Mesh.Model.Bootstrap;
using Mesh.Model.Compilation;

namespace Mesh.ControlPlane.Api;

/// <summary>Where the configuration comes from and what is wrong with it.</summary>
internal static class SourcesApi
{
    private static readonly TimeSpan CompileLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(5);

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/sources", List).WithMetadata(new Access(ApiScopes.Read, BrowserSession: true));
        api.MapPost("/sources/reload", ReloadAsync).WithMetadata(new Access(ApiScopes.Apply));
    }

    /// <summary>A warning as the API shows it.</summary>
    public static object Warning(CompileWarning warning) => new
    {
        rule = warning.Rule.Id,
        level = warning.Rule.Level.ToString().ToLowerInvariant(),
        document = warning.Resource.ToString(),
        path = warning.Path.ToString(),
        message = warning.Message,
        origin = OriginView.Of(warning.Origin),
    };

    private static async Task<IResult> ReloadAsync(
        HttpContext context, DirectoryWatcher watcher, ConfigurationStore store, MeshCompiler compiler, ControlPlaneSettings settings, TimeProvider time)
    {
        await watcher.LookAsync(context.RequestAborted);
        var start = time.GetTimestamp();
        while (!ReferenceEquals(compiler.Current?.Stored, store.Current) && time.GetElapsedTime(start) < CompileLimit)
        {
            await Task.Delay(Between, time, context.RequestAborted);
        }

        return List(store, compiler, settings);
    }

    private static IResult List(ConfigurationStore store, MeshCompiler compiler, ControlPlaneSettings settings) => Results.Ok(new
    {
        sources = settings.Sources.Select(s => new { name = s.Name, directory = s.Directory, present = Directory.Exists(s.Directory) }),
        files = store.Current.Entries.Select(f => new
        {
            source = f.Text.Source,
            path = f.Text.Path,
            state = f.IsGood ? "good" : f.LastGood.IsEmpty ? "refused" : "last-good",
            documents = f.Resources.Select(r => r.Key.ToString()),
            violations = f.Violations,
            readAt = f.ReadAt,
        }),
        warnings = compiler.Current?.Warnings.Select(Warning) ?? [],
        refused = compiler.Current?.Refused.Select(r => new { profile = r.Key, message = r.Value }) ?? [],
    });
}
