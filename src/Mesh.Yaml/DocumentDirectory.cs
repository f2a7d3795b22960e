using System.Collections.Immutable;
using System.Text;
using Mesh.Model.Serialization;

namespace Mesh.Yaml;

/// <summary>
/// The documents of a directory, by one rule for everybody who watches, checks, simulates or publishes it: files that end in <c>.yaml</c>, <c>.yml</c> or <c>.json</c> in any case, in it
/// and below it. What begins with a dot, or is in a directory that does, and files that begin with <c>#</c>, are editors' and tools' own.
/// </summary>
public static class DocumentDirectory
{
    private static readonly string[] Endings = [".yaml", ".yml", ".json"];
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The full paths of its documents, in the order of their names.</summary>
    /// <exception cref="DirectoryNotFoundException">It is not there, or one below it went while it was listed.</exception>
    public static ImmutableArray<string> Files(string directory)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 16, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System };
        return [.. Directory.EnumerateFiles(directory, "*", options).Where(path => IsDocument(Path.GetRelativePath(directory, path))).Order(StringComparer.Ordinal)];
    }

    /// <summary>Reads its documents.</summary>
    /// <returns><see langword="null"/>: there is no such directory.</returns>
    public static ImmutableArray<DocumentFile>? Read(string directory)
    {
        try
        {
            return [.. Files(directory).Select(path => Read(directory, path)).OfType<DocumentFile>()];
        }
        catch (DirectoryNotFoundException)
        {
            // Either the directory itself, or one below it that went while it was listed; the next look sees which.
            return Directory.Exists(directory) ? Read(directory) : null;
        }
    }

    // Windows hides files by an attribute and not by their name, but a repository is the same on both.
    private static bool IsDocument(string relative)
    {
        var parts = relative.Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar);
        return !parts.Any(part => part.StartsWith('.')) && !parts[^1].StartsWith('#') && Endings.Contains(Path.GetExtension(relative), StringComparer.OrdinalIgnoreCase);
    }

    private static DocumentFile? Read(string directory, string path)
    {
        var relative = Path.GetRelativePath(directory, path).Replace('\\', '/');
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (file.Length > MeshDocument.MaxBytes)
            {
                return new DocumentFile(relative, null, $"is {file.Length} bytes long, the limit is {MeshDocument.MaxBytes}; split it");
            }

            using var reader = new StreamReader(file, Strict);
            return new DocumentFile(relative, reader.ReadToEnd());
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null; // it went since it was listed
        }
        catch (DecoderFallbackException)
        {
            return new DocumentFile(relative, null, "is not UTF-8 text");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new DocumentFile(relative, null, $"cannot be read: {e.Message}");
        }
    }
}
