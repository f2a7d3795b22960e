using Mesh.Model.Validation;

namespace Mesh.Model.Serialization;

/// <summary>A value without parts.</summary>
/// <param name="Kind">Its type.</param>
/// <param name="Text">Its text; numbers and booleans as they were written.</param>
/// <param name="Line">Line in the text, from 1; 0 where there is no text.</param>
public sealed record ScalarNode(ScalarKind Kind, string Text, int Line = 0) : DocumentNode(Line)
{
    /// <summary>A text.</summary>
    public static ScalarNode Of(string text) => new(ScalarKind.Text, text);

    /// <inheritdoc />
    public override string Describe() => Kind switch
    {
        ScalarKind.Null => "empty",
        ScalarKind.Boolean or ScalarKind.Number => Text,
        _ => Wording.Quote(Text),
    };
}
