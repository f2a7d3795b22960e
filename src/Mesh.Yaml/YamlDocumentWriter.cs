using Mesh.Model.Serialization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Mesh.Yaml;

/// <summary>Writes documents as YAML that reads back as the same tree.</summary>
public static class YamlDocumentWriter
{
    /// <summary>The text of one document, without a leading <c>---</c>.</summary>
    public static string Write(DocumentNode node) => Write([node]);

    /// <summary>The text of several documents, divided by <c>---</c>.</summary>
    public static string Write(IEnumerable<DocumentNode> nodes)
    {
        using var text = new StringWriter { NewLine = "\n" };
        foreach (var node in nodes)
        {
            if (text.GetStringBuilder().Length > 0)
            {
                text.Write("---\n");
            }

            var emitter = new Emitter(text, new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024, newLine: "\n"));
            emitter.Emit(new StreamStart());
            emitter.Emit(new DocumentStart(null, null, isImplicit: true));
            Emit(node, emitter);
            emitter.Emit(new DocumentEnd(isImplicit: true));
            emitter.Emit(new StreamEnd());
        }

        return text.ToString();
    }

    private static void Emit(DocumentNode node, Emitter emitter)
    {
        switch (node)
        {
            case ObjectNode o:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, o.Members.IsEmpty ? MappingStyle.Flow : MappingStyle.Block));
                foreach (var member in o.Members)
                {
                    Text(member.Name, emitter);
                    Emit(member.Value, emitter);
                }

                emitter.Emit(new MappingEnd());
                break;
            case ListNode l:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, l.Items.IsEmpty ? SequenceStyle.Flow : SequenceStyle.Block));
                foreach (var item in l.Items)
                {
                    Emit(item, emitter);
                }

                emitter.Emit(new SequenceEnd());
                break;
            case ScalarNode { Kind: ScalarKind.Text } text:
                Text(text.Text, emitter);
                break;
            case ScalarNode scalar:
                Plain(scalar.Kind == ScalarKind.Null ? "null" : scalar.Text, emitter);
                break;
        }
    }

    // Text that would read as something else, in this version of YAML or in 1.1 (yes, on, 1:30), is quoted.
    private static void Text(string text, Emitter emitter)
    {
        var plain = CoreScalar.Read(text, 0).Kind == ScalarKind.Text && (char.IsAsciiLetter(text[0]) || text[0] == '/') && !IsOldBoolean(text);
        emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text, plain ? ScalarStyle.Any : ScalarStyle.DoubleQuoted, plain, !plain));
    }

    private static bool IsOldBoolean(string text) => text.ToUpperInvariant() is "YES" or "NO" or "ON" or "OFF" or "Y" or "N";

    private static void Plain(string text, Emitter emitter) =>
        emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text, ScalarStyle.Plain, isPlainImplicit: true, isQuotedImplicit: false));
}
