using System.Runtime.CompilerServices;

namespace Mesh.Testing;

/// <summary>Compares text with a file beside the test. <c>UPDATE_GOLDEN=1</c> writes the files anew; look at the difference before you commit it.</summary>
public static class Golden
{
    /// <summary>Compares.</summary>
    /// <param name="actual">The text.</param>
    /// <param name="name">The file's name with its extension; it lies in a folder <c>Golden</c> beside the test's source.</param>
    /// <param name="source">The test's source file; the compiler fills it in.</param>
    /// <exception cref="InvalidDataException">The text differs; the message holds the first line that does.</exception>
    public static void Check(string actual, string name, [CallerFilePath] string source = "")
    {
        var file = Path.Combine(Path.GetDirectoryName(source)!, "Golden", name);
        var text = actual.ReplaceLineEndings("\n").TrimEnd('\n') + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
            return;
        }

        var expected = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "";
        if (expected == text)
        {
            return;
        }

        var (was, now) = (expected.Split('\n'), text.Split('\n'));
        var line = Enumerable.Range(0, Math.Max(was.Length, now.Length)).First(i => was.ElementAtOrDefault(i) != now.ElementAtOrDefault(i));
        throw new InvalidDataException($"""
            Golden/{name} differs at line {line + 1}; if the change is meant, run the test with UPDATE_GOLDEN=1.
            expected: {was.ElementAtOrDefault(line) ?? "(end)"}
            actual:   {now.ElementAtOrDefault(line) ?? "(end)"}
            """);
    }
}
