using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace Shop.Storefront.Web;

/// <summary>Style sheet, script and pictures, out of the assembly. Their URLs change with their content, so browsers may keep them.</summary>
internal static class Assets
{
    private const string Prefix = "assets/";

    private static readonly FrozenDictionary<string, (byte[] Bytes, string Url)> Files = Load();

    public static string Url(string name) => Files[name].Url;

    public static bool Has(string name) => Files.ContainsKey(name);

    public static void MapAssets(this WebApplication app)
    {
        var types = new FileExtensionContentTypeProvider();
        app.MapGet("/assets/{name}", (string name, HttpResponse response) =>
        {
            if (!Files.TryGetValue(name, out var file))
            {
                return Results.NotFound();
            }

            response.Headers.CacheControl = "public, max-age=31536000, immutable";
            return Results.Bytes(file.Bytes, types.Mappings[Path.GetExtension(name)], entityTag: new EntityTagHeaderValue($"\"{file.Url[^8..]}\""));
        });
    }

    private static FrozenDictionary<string, (byte[] Bytes, string Url)> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToFrozenDictionary(name => name[Prefix.Length..], name =>
            {
                using var stream = assembly.GetManifestResourceStream(name)!;
                var bytes = new byte[stream.Length];
                stream.ReadExactly(bytes);
                return (bytes, $"/{name}?v={Convert.ToHexStringLower(SHA256.HashData(bytes))[..8]}");
            });
    }
}
