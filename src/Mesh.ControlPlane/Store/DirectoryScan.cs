using System.Collections.Immutable;
using System.Text;
using Mesh.Model.Bootstrap;
using Mesh.Model.Serialization;

namespace Mesh.ControlPlane.Store;

/// <summary>Reads every document file of a directory. Editors' own files (hidden, backups, swap files) are no documents.</summary>
internal static class DirectoryScan
{
    private static readonly string[] Endings = [".yaml", ".yml", ".json"];
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The files in the order of their paths; <see langword="null"/>: there is no such directory.</summary>
    public static ImmutableArray<SourceText>? Read(ConfigurationSource source)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 16, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System };
        try
        {
            return
            [
                .. Directory.EnumerateFiles(source.Directory, "*", options)
                    .Where(IsDocument)
                    .Order(StringComparer.Ordinal)
                    .Select(path => Read(source, path))
                    .OfType<SourceText>(),
            ];
        }
        catch (DirectoryNotFoundException)
        {
            // Either the source itself, or a directory below it that went while it was listed; the next scan sees which.
            return Directory.Exists(source.Directory) ? Read(source) : null;
        }
    }

    /// <summary>Whether a path is that of a document.</summary>
    public static bool IsDocument(string path)
    {
        var name = Path.GetFileName(path);
        return !name.StartsWith('.') && !name.StartsWith('#') && Endings.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);
    }

    private static SourceText? Read(ConfigurationSource source, string path)
    {
        var relative = Path.GetRelativePath(source.Directory, path).Replace('\\', '/');
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (file.Length > MeshDocument.MaxBytes)
            {
                return new SourceText(source.Name, relative, null, $"is {file.Length} bytes long, the limit is {MeshDocument.MaxBytes}; split it");
            }

            using var reader = new StreamReader(file, Strict);
            return new SourceText(source.Name, relative, reader.ReadToEnd());
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (DecoderFallbackException)
        {
            return new SourceText(source.Name, relative, null, "is not UTF-8 text");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new SourceText(source.Name, relative, null, $"cannot be read: {e.Message}");
        }
    }
}
