using System.Collections.Immutable;
using System.Text;
using Mesh.Model.Serialization;
using Mesh.Model.Validation;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Mesh.Yaml;

/// <summary>Builds document trees from the events of YAML text. Nothing in a text picks a type, and size, depth and aliases are bounded.</summary>
internal sealed class YamlDocumentReader(string sourceName)
{
    /// <summary>Nodes of a text with every alias counted as what it stands for: keeps a few lines of aliases from meaning billions of nodes.</summary>
    private const int MaxNodes = 100_000;

    private readonly List<Violation> _violations = [];
    private readonly Dictionary<AnchorName, (DocumentNode Node, int Size)> _anchors = [];
    private int _nodes;

    public DocumentReadResult Read(string text)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        if (bytes > MeshDocument.MaxBytes)
        {
            return new([], [new(FieldPath.Root, $"is {bytes} bytes long, the limit is {MeshDocument.MaxBytes}; split it", 1)]);
        }

        var documents = ImmutableArray.CreateBuilder<MeshDocument>();
        var parser = new Parser(new StringReader(text));
        try
        {
            parser.Consume<StreamStart>();
            while (parser.TryConsume<DocumentStart>(out _))
            {
                _anchors.Clear();
                var node = Node(parser, FieldPath.Root, depth: 0);
                parser.Consume<DocumentEnd>();
                Add(node, documents);
            }
        }
        catch (YamlException e)
        {
            _violations.Add(new(FieldPath.Root, $"is not YAML: {e.Message}", (int)e.Start.Line));
        }
        catch (InvalidOperationException)
        {
            // YamlDotNet's parser loses its way in some half-written texts, such as a flow list that is never closed, before it can say where.
            _violations.Add(new(FieldPath.Root, "is not YAML: a bracket, brace or quote that is opened here is not closed as it should be", (int)(parser.Current?.Start.Line ?? 1)));
        }
        catch (ArgumentException)
        {
            // Its scanner makes tags of anything behind an exclamation mark, and its tags refuse what is no URI.
            _violations.Add(new(FieldPath.Root, "is not YAML: a tag (an exclamation mark and what follows it) is none; put the text in quotes", (int)(parser.Current?.Start.Line ?? 1)));
        }
        catch (TooMuchException e)
        {
            _violations.Add(new(FieldPath.Root, e.Message, e.Line));
        }

        return new(documents.DrainToImmutable(), [.. _violations]);
    }

    private void Add(DocumentNode node, ImmutableArray<MeshDocument>.Builder documents)
    {
        if (node is ObjectNode root)
        {
            documents.Add(new MeshDocument(sourceName, root));
        }
        else if (node is not ScalarNode { Kind: ScalarKind.Null })
        {
            _violations.Add(new(FieldPath.Root, $"must be an object with apiVersion, kind, metadata and spec but is {node.Describe()}", node.Line));
        }
    }

    private DocumentNode Node(Parser parser, FieldPath at, int depth)
    {
        var before = _nodes;
        var start = parser.Current!.Start;
        var line = (int)start.Line;
        Count(1, line);
        if (depth > MeshDocument.MaxDepth)
        {
            throw new TooMuchException($"is nested deeper than {MeshDocument.MaxDepth} levels", line);
        }

        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            if (!_anchors.TryGetValue(alias.Value, out var known))
            {
                throw new TooMuchException($"uses the alias *{alias.Value} before its anchor is complete; write the value out", line);
            }

            Count(known.Size, line);
            return known.Node;
        }

        var (anchor, tag) = parser.Current is NodeEvent e ? (e.Anchor, e.Tag) : default;
        if (!tag.IsEmpty)
        {
            _violations.Add(new(at, $"has the tag {tag}; leave it out, types come from the schema", line));
        }

        DocumentNode node;
        if (parser.TryConsume<Scalar>(out var scalar))
        {
            node = scalar.Style == ScalarStyle.Plain ? CoreScalar.Read(scalar.Value, line) : new ScalarNode(ScalarKind.Text, scalar.Value, line);
        }
        else if (parser.TryConsume<SequenceStart>(out _))
        {
            var items = ImmutableArray.CreateBuilder<DocumentNode>();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(Node(parser, at[items.Count], depth + 1));
            }

            node = new ListNode(items.DrainToImmutable(), line);
        }
        else
        {
            parser.Consume<MappingStart>();
            node = new ObjectNode(Members(parser, at, depth), line);
        }

        if (!anchor.IsEmpty)
        {
            _anchors[anchor] = (node, _nodes - before);
        }

        return node;
    }

    private ImmutableArray<DocumentMember> Members(Parser parser, FieldPath at, int depth)
    {
        var members = ImmutableArray.CreateBuilder<DocumentMember>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (parser.Current is not Scalar)
            {
                throw new TooMuchException("has a name that is no text; names of fields are plain words", (int)parser.Current!.Start.Line);
            }

            var name = parser.Consume<Scalar>();
            var line = (int)name.Start.Line;
            var value = Node(parser, at / name.Value, depth + 1);
            if (names.Add(name.Value))
            {
                members.Add(new DocumentMember(name.Value, value, line));
            }
            else
            {
                _violations.Add(new(at / name.Value, "is there a second time; keep one of them", line));
            }
        }

        return members.DrainToImmutable();
    }

    private void Count(int nodes, int line)
    {
        _nodes += nodes;
        if (_nodes > MaxNodes)
        {
            throw new TooMuchException($"has more than {MaxNodes} values, with aliases counted as what they stand for; split it", line);
        }
    }
}
