using System.Globalization;
using Mesh.Model.Planning;
using Mesh.Model.Serialization;
using Mesh.Model.Validation;

namespace Mesh.Cli.AppFiles;

/// <summary>Walks a document and writes down everything that is not as expected, with its line.</summary>
internal sealed class NodeCursor(DocumentNode? node, FieldPath path, int line, ICollection<Violation> violations)
{
    /// <summary>Where this is.</summary>
    public FieldPath Path { get; } = path;

    /// <summary>The line of its name, or of what surrounds it where it is missing.</summary>
    public int Line { get; } = line;

    /// <summary>Whether there is anything.</summary>
    public bool IsThere => node is not null and not ScalarNode { Kind: ScalarKind.Null };

    /// <summary>The same place for the planner.</summary>
    public Declaration Declaration(string sourceName) => new(Path, Line, string.Create(CultureInfo.InvariantCulture, $"{sourceName}:{Line}"));

    /// <summary>Writes down that something is wrong here.</summary>
    public void Wrong(string message) => violations.Add(new Violation(Path, message, Line));

    /// <summary>A member, there or not.</summary>
    public NodeCursor Member(string name)
    {
        var member = (node as ObjectNode)?.Members.FirstOrDefault(m => m.Name == name);
        return new NodeCursor(member?.Value, Path / name, member?.Line ?? Line, violations);
    }

    /// <summary>Checks that this is an object with these members only; misspelt ones get the name that was meant.</summary>
    public bool IsObject(string example, params ReadOnlySpan<string> members)
    {
        if (node is not ObjectNode o)
        {
            Wrong($"{(IsThere ? $"must be an object but is {node!.Describe()}" : "is missing")}; write {example}");
            return false;
        }

        string[] known = [.. members];
        foreach (var member in o.Members.Where(m => !known.Contains(m.Name)))
        {
            violations.Add(new Violation(Path / member.Name, $"is not known here; {Suggestion.Cure(member.Name, known, "member")}", member.Line));
        }

        return true;
    }

    /// <summary>The members of an object whose names are the user's; nothing where this is missing.</summary>
    public IEnumerable<(string Name, NodeCursor Value)> Members(string example)
    {
        if (!IsThere)
        {
            return [];
        }

        if (node is ObjectNode o)
        {
            return o.Members.Select(m => (m.Name, new NodeCursor(m.Value, Path / m.Name, m.Line, violations)));
        }

        Wrong($"must be an object but is {node!.Describe()}; write {example}");
        return [];
    }

    /// <summary>The items of a list; nothing where this is missing.</summary>
    public IEnumerable<NodeCursor> Items(string example)
    {
        if (!IsThere)
        {
            return [];
        }

        if (node is ListNode list)
        {
            return list.Items.Select((item, i) => new NodeCursor(item, Path[i], item.Line == 0 ? Line : item.Line, violations));
        }

        Wrong($"must be a list but is {node!.Describe()}; write {example}");
        return [];
    }

    /// <summary>Whether this is a list.</summary>
    public bool IsList => node is ListNode;

    /// <summary>A text; numbers and booleans are texts as they were written. <see langword="null"/> where it is missing or wrong.</summary>
    public string? Text(string example)
    {
        switch (node)
        {
            case ScalarNode { Kind: not ScalarKind.Null } scalar:
                return scalar.Text;
            case ObjectNode or ListNode:
                Wrong($"must be a text but is {node.Describe()}; write {example}");
                return null;
            default:
                return null;
        }
    }

    /// <summary>A text that has to be there.</summary>
    public string? Required(string example)
    {
        if (!IsThere)
        {
            Wrong($"is missing; write {example}");
            return null;
        }

        if (Text(example) is not { } text)
        {
            return null;
        }

        if (text.Length == 0)
        {
            Wrong($"is empty; write {example}");
            return null;
        }

        return text;
    }

    /// <summary>A whole number within bounds. <see langword="null"/> where it is missing or wrong.</summary>
    public int? Integer(int least, int most, string example)
    {
        if (!IsThere)
        {
            return null;
        }

        if (node is ScalarNode { Kind: ScalarKind.Number } number
            && int.TryParse(number.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
        {
            return value;
        }

        Wrong($"must be a whole number from {least} to {most} but is {node!.Describe()}; write {example}");
        return null;
    }

    /// <summary>True or false. <see langword="null"/> where it is missing or wrong.</summary>
    public bool? Boolean()
    {
        if (!IsThere)
        {
            return null;
        }

        if (node is ScalarNode { Kind: ScalarKind.Boolean } boolean)
        {
            return boolean.Text == "true";
        }

        Wrong($"must be true or false but is {node!.Describe()}");
        return null;
    }
}
