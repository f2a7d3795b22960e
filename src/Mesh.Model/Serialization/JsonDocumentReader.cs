using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Mesh.Model.Validation;

namespace Mesh.Model.Serialization;

/// <summary>Reads JSON: one document, or a list of documents. Comments and trailing commas are allowed, duplicate names are not.</summary>
public static class JsonDocumentReader
{
    /// <summary>Reads a text with everything that is wrong with it.</summary>
    /// <param name="text">The text, at most <see cref="MeshDocument.MaxBytes"/> as UTF-8.</param>
    /// <param name="sourceName">How people call it.</param>
    public static DocumentReadResult Read(string text, string sourceName)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        if (utf8.Length > MeshDocument.MaxBytes)
        {
            return new([], [new(FieldPath.Root, $"is {utf8.Length} bytes long, the limit is {MeshDocument.MaxBytes}; split it", 1)]);
        }

        var parse = new Parse(utf8);
        DocumentNode root;
        try
        {
            root = parse.Run();
        }
        catch (JsonException e)
        {
            return new([], [new(FieldPath.Root, $"is not JSON: {e.Message}", (int)(e.LineNumber ?? 0) + 1)]);
        }

        var documents = ImmutableArray.CreateBuilder<MeshDocument>();
        var nodes = root is ListNode list ? list.Items : [root];
        foreach (var node in nodes)
        {
            if (node is ObjectNode document)
            {
                documents.Add(new MeshDocument(sourceName, document));
            }
            else
            {
                parse.Violations.Add(new(FieldPath.Root, $"must be an object with apiVersion, kind, metadata and spec but is {node.Describe()}", node.Line));
            }
        }

        return new(documents.DrainToImmutable(), [.. parse.Violations]);
    }

    private ref struct Parse
    {
        private readonly ReadOnlySpan<byte> _utf8;
        private Utf8JsonReader _reader;
        private int _counted;
        private int _line = 1;

        public Parse(ReadOnlySpan<byte> utf8)
        {
            _utf8 = utf8;
            _reader = new Utf8JsonReader(utf8, new JsonReaderOptions
            {
                MaxDepth = MeshDocument.MaxDepth,
                CommentHandling = JsonCommentHandling.Skip,
                AllowTrailingCommas = true,
            });
        }

        public List<Violation> Violations { get; } = [];

        public DocumentNode Run()
        {
            _reader.Read();
            var root = Value(FieldPath.Root);
            while (_reader.Read())
            {
            }

            return root;
        }

        // An escape may be half of a character, which no text can hold.
        private string Text()
        {
            try
            {
                return _reader.GetString()!;
            }
            catch (InvalidOperationException e)
            {
                throw new JsonException("an escape in a text is half of a character.", path: null, Line() - 1, bytePositionInLine: null, e);
            }
        }

        private DocumentNode Value(FieldPath at)
        {
            var line = Line();
            switch (_reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    return Object(at, line);
                case JsonTokenType.StartArray:
                    var items = ImmutableArray.CreateBuilder<DocumentNode>();
                    while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
                    {
                        items.Add(Value(at[items.Count]));
                    }

                    return new ListNode(items.DrainToImmutable(), line);
                case JsonTokenType.String:
                    return new ScalarNode(ScalarKind.Text, Text(), line);
                case JsonTokenType.Number:
                    return new ScalarNode(ScalarKind.Number, Encoding.UTF8.GetString(_reader.ValueSpan), line);
                case JsonTokenType.True:
                    return new ScalarNode(ScalarKind.Boolean, "true", line);
                case JsonTokenType.False:
                    return new ScalarNode(ScalarKind.Boolean, "false", line);
                default:
                    return new ScalarNode(ScalarKind.Null, "", line);
            }
        }

        private ObjectNode Object(FieldPath at, int line)
        {
            var members = ImmutableArray.CreateBuilder<DocumentMember>();
            var names = new HashSet<string>(StringComparer.Ordinal);
            while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
            {
                var name = Text();
                var nameLine = Line();
                _reader.Read();
                var value = Value(at / name);
                if (names.Add(name))
                {
                    members.Add(new DocumentMember(name, value, nameLine));
                }
                else
                {
                    Violations.Add(new(at / name, "is there a second time; keep one of them", nameLine));
                }
            }

            return new ObjectNode(members.DrainToImmutable(), line);
        }

        private int Line()
        {
            var start = (int)_reader.TokenStartIndex;
            _line += _utf8[_counted..start].Count((byte)'\n');
            _counted = start;
            return _line;
        }
    }
}
