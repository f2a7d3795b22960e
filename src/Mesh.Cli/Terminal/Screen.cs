using System.Diagnostics.CodeAnalysis;
using Spectre.Console;

namespace Mesh.Cli.Terminal;

/// <summary>Where a command writes: results to the output, everything that is said about them to the error stream.</summary>
internal sealed class Screen
{
    /// <summary>A screen on two writers.</summary>
    /// <param name="output">For results.</param>
    /// <param name="error">For messages.</param>
    /// <param name="input">For <c>-f -</c>.</param>
    /// <param name="coloursOut">Whether the output is a terminal that shows colours.</param>
    /// <param name="coloursError">The same for the error stream.</param>
    public Screen(TextWriter output, TextWriter error, TextReader input, bool coloursOut, bool coloursError)
    {
        Input = input;
        Out = Writer(output, coloursOut);
        Error = Writer(error, coloursError);
        HasColours = coloursOut;
    }

    /// <summary>Results.</summary>
    public IAnsiConsole Out { get; }

    /// <summary>Messages.</summary>
    public IAnsiConsole Error { get; }

    /// <summary>What is piped in.</summary>
    public TextReader Input { get; }

    /// <summary>Whether <see cref="Out"/> shows colours.</summary>
    public bool HasColours { get; }

    /// <summary>The process's own; colours on a terminal unless NO_COLOR is set (https://no-color.org).</summary>
    [SuppressMessage("ApiDesign", "RS0030", Justification = "This is the terminal that the composition hands to everybody else.")]
    public static Screen OfProcess()
    {
        var wanted = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb";
        return new Screen(Console.Out, Console.Error, Console.In, wanted && !Console.IsOutputRedirected, wanted && !Console.IsErrorRedirected);
    }

    /// <summary>One result line, as it is.</summary>
    public void Line(string text) => Out.Profile.Out.Writer.WriteLine(text);

    /// <summary>One line for a person, as it is.</summary>
    public void Say(string text) => Error.Profile.Out.Writer.WriteLine(text);

    /// <summary><c>mesh: …</c> in red.</summary>
    public void Wrong(string text) => Error.MarkupLineInterpolated($"[red]mesh:[/] {text}");

    private static IAnsiConsole Writer(TextWriter writer, bool colours)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = colours ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = colours ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });

        // Lines are the reader's to wrap: a terminal does it itself, and grep wants them whole.
        console.Profile.Width = Math.Max(console.Profile.Width, 500);
        return console;
    }
}
