using System.Globalization;

namespace Mesh.Model.Validation;

/// <summary>Where in a document something stands, as users read it: <c>spec.to[0].default.request</c>.</summary>
public readonly record struct FieldPath(string Text)
{
    /// <summary>The document itself.</summary>
    public static FieldPath Root { get; } = new("");

    /// <summary>A member of the object at this path.</summary>
    public static FieldPath operator /(FieldPath at, string member) => new(string.IsNullOrEmpty(at.Text) ? member : $"{at.Text}.{member}");

    /// <summary>A member of the object at this path.</summary>
    public static FieldPath Divide(FieldPath left, string right) => left / right;

    /// <summary>An element of the list at this path.</summary>
    public FieldPath this[int index] => new($"{Text}[{index.ToString(CultureInfo.InvariantCulture)}]");

    /// <inheritdoc />
    public override string ToString() => string.IsNullOrEmpty(Text) ? "(document)" : Text;
}
