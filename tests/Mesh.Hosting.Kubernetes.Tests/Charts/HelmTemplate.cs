using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Mesh.Model.Serialization;

namespace Mesh.Hosting.Kubernetes.Tests.Charts;

/// <summary>
/// Renders the constructs of Helm that published charts use, and refuses all others: values and what is piped through int, toJson, toString, lower and quote; with, if and else;
/// literals in back quotes.
/// </summary>
/// <param name="values">The chart's values.</param>
/// <param name="release">Namespace and name of the release, and the chart's name: <c>.Release.Namespace</c> and so on.</param>
internal sealed partial class HelmTemplate(ObjectNode values, IReadOnlyDictionary<string, string> release)
{
    public string Render(string template)
    {
        var at = 0;
        var pieces = Action().Split(template);
        return Block(pieces, ref at, dot: null, isTaken: true, out _);
    }

    // Texts and actions take turns: the split keeps what the group matched.
    private string Block(string[] pieces, ref int at, DocumentNode? dot, bool isTaken, out string end)
    {
        var text = new StringBuilder();
        end = "";
        while (at < pieces.Length)
        {
            if (isTaken)
            {
                text.Append(pieces[at]);
            }

            if (++at >= pieces.Length)
            {
                break;
            }

            var action = pieces[at++].Trim();
            if (action is "end" or "else")
            {
                end = action;
                return text.ToString();
            }

            text.Append(Evaluated(action, pieces, ref at, dot, isTaken));
        }

        return text.ToString();
    }

    private string Evaluated(string action, string[] pieces, ref int at, DocumentNode? dot, bool isTaken)
    {
        var isWith = action.StartsWith("with ", StringComparison.Ordinal);
        if (isWith || action.StartsWith("if ", StringComparison.Ordinal))
        {
            var condition = isTaken ? Pipeline(action[(isWith ? 5 : 3)..], dot) : null;
            var holds = condition is not (null or ScalarNode { Text: "" or "false" or "0" } or ListNode { Items.IsEmpty: true } or ObjectNode { Members.IsEmpty: true });
            var then = Block(pieces, ref at, isWith ? condition : dot, isTaken && holds, out var end);
            var otherwise = end == "else" ? Block(pieces, ref at, dot, isTaken && !holds, out _) : "";
            return then + otherwise;
        }

        return isTaken ? Text(Pipeline(action, dot)) : "";
    }

    private DocumentNode? Pipeline(string expression, DocumentNode? dot)
    {
        var stages = expression.Split('|', StringSplitOptions.TrimEntries);
        var value = Call(stages[0], null, dot);
        return stages.Skip(1).Aggregate(value, (piped, stage) => Call(stage, piped, dot));
    }

    private DocumentNode? Call(string call, DocumentNode? piped, DocumentNode? dot)
    {
        if (call.StartsWith('`'))
        {
            return ScalarNode.Of(call.Trim('`'));
        }

        var words = Word().Matches(call).Select(m => m.Value).ToList();
        if (words[0].StartsWith('.') || words[0].StartsWith('('))
        {
            return Operand(words.Single(), dot);
        }

        var arguments = words.Skip(1).Select(w => Operand(w, dot)).Concat(piped is null ? [] : [piped]).ToList();
        return (words[0], arguments) switch
        {
            ("int", [var only]) => new ScalarNode(ScalarKind.Number, int.Parse(Text(only), CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)),
            ("toJson", [var only]) => new ScalarNode(ScalarKind.Number, only is null ? "null" : JsonDocumentWriter.Write(only)),
            ("toString", [var only]) => ScalarNode.Of(Text(only)),
            ("lower", [var only]) => ScalarNode.Of(Text(only).ToLowerInvariant()),
            ("quote", [var only]) => ScalarNode.Of($"\"{Text(only).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""),
            ("eq", [var left, var right]) => new ScalarNode(ScalarKind.Boolean, Text(left) == Text(right) ? "true" : "false"),
            _ => throw new NotSupportedException($"Helm's '{call}' is not known to this test."),
        };
    }

    private DocumentNode? Operand(string word, DocumentNode? dot)
    {
        if (word.StartsWith('('))
        {
            return Pipeline(word[1..^1], dot);
        }

        if (word.StartsWith('"'))
        {
            return ScalarNode.Of(word.Trim('"'));
        }

        if (word == ".")
        {
            return dot;
        }

        if (release.TryGetValue(word, out var known))
        {
            return ScalarNode.Of(known);
        }

        Assert.StartsWith(".Values.", word, StringComparison.Ordinal);
        DocumentNode? value = values;
        foreach (var name in word[".Values.".Length..].Split('.'))
        {
            value = (value as ObjectNode)?[name] ?? throw new InvalidDataException($"{word}: values.yaml has no {name}.");
        }

        return value;
    }

    private static string Text(DocumentNode? value) => value switch
    {
        null or ScalarNode { Kind: ScalarKind.Null } => "",
        ScalarNode scalar => scalar.Text,
        _ => throw new NotSupportedException("A list or an object was written as text."),
    };

    [GeneratedRegex(@"\{\{-?\s*(`[^`]*`|[^}]*?)\s*-?\}\}")]
    private static partial Regex Action();

    [GeneratedRegex("""\([^)]*\)|"[^"]*"|\S+""")]
    private static partial Regex Word();
}
