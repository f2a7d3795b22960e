using System.CommandLine;

namespace Mesh.Cli.Commands;

/// <summary><c>-o table|json|yaml</c>.</summary>
internal static class OutputOption
{
    public static Option<OutputFormat> Create(OutputFormat usual = OutputFormat.Table)
    {
        var option = new Option<OutputFormat>("--output", "-o")
        {
            Description = "table, json or yaml.",
            HelpName = "format",
            DefaultValueFactory = _ => usual,
            CustomParser = result =>
            {
                var word = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
                if (word.Length > 0 && char.IsAsciiLetter(word[0]) && Enum.TryParse<OutputFormat>(word, ignoreCase: true, out var format))
                {
                    return format;
                }

                result.AddError($"--output {word}: must be table, json or yaml.");
                return usual;
            },
        };
        option.CompletionSources.Add("table", "json", "yaml");
        return option;
    }
}
