using System.Collections.Immutable;
using System.Text;

namespace Mesh.Cli.Processes;

/// <summary>Splits a command as a POSIX shell splits words: blanks, quotes, backslashes. Nothing is expanded and no shell runs.</summary>
internal static class CommandWords
{
    /// <summary>Splits.</summary>
    /// <param name="text">What the user wrote.</param>
    /// <param name="words">The words; empty if it is wrong.</param>
    /// <returns>What is wrong, or <see langword="null"/>.</returns>
    public static string? Split(string text, out ImmutableArray<string> words)
    {
        words = [];
        var result = ImmutableArray.CreateBuilder<string>();
        var word = new StringBuilder();
        var inWord = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            switch (c)
            {
                case ' ' or '\t' or '\n' or '\r':
                    if (inWord)
                    {
                        result.Add(word.ToString());
                        word.Clear();
                        inWord = false;
                    }

                    break;
                case '\'' or '"':
                    inWord = true;
                    var end = Quoted(text, i, word);
                    if (end < 0)
                    {
                        return $"the quote {c} that opens at character {i + 1} is never closed";
                    }

                    i = end;
                    break;
                case '\\':
                    inWord = true;
                    if (++i == text.Length)
                    {
                        return "ends in a backslash with nothing after it";
                    }

                    word.Append(text[i]);
                    break;
                case '|' or '&' or ';' or '<' or '>' or '`' or '$':
                    return $"has '{c}', which only a shell understands; no shell is involved: write [sh, -c, '…'] for one, or quote it";
                default:
                    inWord = true;
                    word.Append(c);
                    break;
            }
        }

        if (inWord)
        {
            result.Add(word.ToString());
        }

        words = result.ToImmutable();
        return null;
    }

    private static int Quoted(string text, int open, StringBuilder word)
    {
        var quote = text[open];
        for (var i = open + 1; i < text.Length; i++)
        {
            if (text[i] == quote)
            {
                return i;
            }

            // Inside double quotes a backslash escapes only what would be special there.
            if (quote == '"' && text[i] == '\\' && i + 1 < text.Length && text[i + 1] is '"' or '\\' or '$' or '`')
            {
                i++;
            }

            word.Append(text[i]);
        }

        return -1;
    }
}
