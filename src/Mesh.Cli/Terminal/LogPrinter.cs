using System.Text.RegularExpressions;

namespace Mesh.Cli.Terminal;

/// <summary>Prints lines of many processes, each with its name before it, one line at a time.</summary>
internal sealed partial class LogPrinter(TextWriter writer, bool colours)
{
    private const string Reset = "\e[0m";
    private const string Dim = "\e[2m";
    private const string Red = "\e[31m";

    // Bright and dark cyan, green, yellow, magenta and blue: readable on black and on white. Red is for what is wrong.
    private static readonly string[] Palette = ["\e[36m", "\e[32m", "\e[33m", "\e[35m", "\e[34m", "\e[96m", "\e[92m", "\e[93m", "\e[95m", "\e[94m"];

    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _colours = new(StringComparer.Ordinal);
    private int _width;

    /// <summary>Makes room for the name, so that all lines start in one column.</summary>
    public void Expect(string name)
    {
        lock (_gate)
        {
            _width = Math.Max(_width, name.Length);
            _colours.TryAdd(name, Palette[_colours.Count % Palette.Length]);
        }
    }

    /// <summary>A line of a process.</summary>
    public void Line(string name, string text)
    {
        lock (_gate)
        {
            if (colours)
            {
                Put($"{_colours.GetValueOrDefault(name, Dim)}{name.PadRight(_width)} │{Reset} {text}{Reset}");
            }
            else
            {
                Put($"{name.PadRight(_width)} | {Escapes().Replace(text, "")}");
            }
        }
    }

    /// <summary>What mesh itself says.</summary>
    public void Say(string text) => Own(text, Dim);

    /// <summary>Something is wrong, says mesh.</summary>
    public void Warn(string text) => Own(text, Red);

    /// <summary>Runs what writes more than a line to the same writer.</summary>
    public void Write(Action write)
    {
        lock (_gate)
        {
            write();
            writer.Flush();
        }
    }

    private void Put(string line)
    {
        try
        {
            writer.WriteLine(line);
        }
        catch (IOException)
        {
            // The terminal is gone, which comes with SIGHUP: everything is being stopped, and the logs are in files.
        }
    }

    private void Own(string text, string colour)
    {
        lock (_gate)
        {
            var first = true;
            foreach (var line in text.Split('\n'))
            {
                // What a process said last follows indented; only the first line is mesh's alarm.
                var lineColour = colour == Red && first ? Red : "";
                Put(colours ? $"{colour}{"mesh".PadRight(_width)} │{Reset} {lineColour}{line}{Reset}" : $"{"mesh".PadRight(_width)} | {line}");
                first = false;
            }
        }
    }

    // Control sequences of ECMA-48: colours, cursor movements.
    [GeneratedRegex("\e\\[[0-9;?]*[ -/]*[@-~]")]
    private static partial Regex Escapes();
}
