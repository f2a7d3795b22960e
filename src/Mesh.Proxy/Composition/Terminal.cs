namespace Mesh.Proxy.Composition;

/// <summary>The one place that touches the process's standard streams.</summary>
internal static class Terminal
{
#pragma warning disable RS0030 // everyone else logs, or is handed a stream
    /// <summary>Where log lines go; stderr is for what ends the process, which whoever shows both marks as an error.</summary>
    public static Stream OpenOutput() => Console.OpenStandardOutput();

    /// <summary>Says something that is asked for, such as the version.</summary>
    public static void Print(string text) => Console.Out.WriteLine(text);

    /// <summary>Says why nothing was started.</summary>
    public static void Complain(string text) => Console.Error.WriteLine(text);
#pragma warning restore RS0030
}
