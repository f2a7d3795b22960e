using Mesh.Cli.Terminal;
using Mesh.Model.Validation;
using Mesh.Yaml;

namespace Mesh.Cli.AppFiles;

/// <summary>Loads a <c>mesh.yaml</c> and says everything that is wrong with it.</summary>
internal static class AppFile
{
    /// <summary>The name that <c>mesh up</c> looks for.</summary>
    public const string DefaultName = "mesh.yaml";

    /// <summary>The definition, or <see langword="null"/> after all that is wrong was said.</summary>
    /// <param name="path">Absolute path.</param>
    /// <param name="screen">Where it is said.</param>
    /// <param name="printer">Where it is said while services log.</param>
    /// <exception cref="CliException">There is no such file.</exception>
    public static AppDefinition? Load(string path, Screen screen, LogPrinter? printer = null)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.NoInput, Directory.Exists(path)
                ? $"{path} is a directory; give the file in it: mesh up {Path.Combine(path, DefaultName)}"
                : e is FileNotFoundException or DirectoryNotFoundException
                    ? $"there is no {path}. Go to the directory of your app's {DefaultName}, give its path (mesh up FILE), or write one: docs/cli.md shows how."
                    : $"{path} cannot be read: {e.Message}", e);
        }

        var read = DocumentReader.Read(text, Path.GetFileName(path));
        if (!read.Violations.IsEmpty)
        {
            Report(path, read.Violations, screen, printer);
            return null;
        }

        if (read.Documents is not [var document])
        {
            Report(path, [new Violation(FieldPath.Root, $"holds {read.Documents.Length} documents; write one App document, and policies in files of their own", 1)], screen, printer);
            return null;
        }

        var result = AppFileReader.Read(document, path);
        if (result.App is null)
        {
            Report(path, result.Violations, screen, printer);
        }

        return result.App;
    }

    /// <summary>Prints violations as compilers do: <c>path:line: where: what</c>.</summary>
    public static void Report(string path, IReadOnlyCollection<Violation> violations, Screen screen, LogPrinter? printer = null)
    {
        var shown = ShownPath.From(Environment.CurrentDirectory, path);
        foreach (var violation in violations)
        {
            var line = $"{shown}:{violation.Line ?? 1}: {violation}";
            if (printer is null)
            {
                screen.Say(line);
            }
            else
            {
                printer.Warn(line);
            }
        }
    }
}
