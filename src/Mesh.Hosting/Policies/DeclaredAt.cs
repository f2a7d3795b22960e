using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace Mesh.Hosting.Policies;

/// <summary>Where in the AppHost something was said.</summary>
/// <param name="Call">The method.</param>
/// <param name="File">The compiler's path of the file; empty for AppHosts in other languages.</param>
/// <param name="Line">The line, from 1.</param>
internal readonly record struct DeclaredAt(string Call, string File = "", int Line = 0)
{
    // What deterministic builds put in place of the repository's folder (SourceRoot).
    private const string Mapped = "/_/";

    /// <summary><c>file:line</c>, the file relative to the AppHost's directory, with forward slashes.</summary>
    public string Of<T>(IResourceBuilder<T> resource)
        where T : IResource
    {
        var builder = resource.ApplicationBuilder;
        if (File.Length == 0)
        {
            return $"{Path.GetFileName(builder.Configuration["AppHost:FilePath"] ?? builder.Configuration["AppHost:Path"] ?? "AppHost")}: {resource.Resource.Name}.{Call}";
        }

        var file = File.StartsWith(Mapped, StringComparison.Ordinal) ? File[Mapped.Length..] : Path.GetRelativePath(builder.AppHostDirectory, File);
        return string.Create(CultureInfo.InvariantCulture, $"{file.Replace('\\', '/')}:{Line}");
    }
}
