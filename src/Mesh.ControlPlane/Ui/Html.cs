using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace Mesh.ControlPlane.Ui;

/// <summary>A piece of a page. Everything that is put into one is encoded, unless it is a piece itself.</summary>
/// <param name="Text">The markup.</param>
internal readonly record struct Html(string Text)
{
    /// <summary>Markup with values in it.</summary>
    public static Html Of(Template template) => new(template.ToString());

    /// <summary>Pieces one after the other.</summary>
    public static Html Join(IEnumerable<Html> pieces) => new(string.Concat(pieces.Select(p => p.Text)));

    /// <inheritdoc />
    public override string ToString() => Text;

    /// <summary>Builds a piece from an interpolated string.</summary>
    [InterpolatedStringHandler]
    internal readonly struct Template(int literalLength, int formattedCount)
    {
        private readonly StringBuilder _text = new(literalLength + (formattedCount * 16));

        public void AppendLiteral(string text) => _text.Append(text);

        public void AppendFormatted(Html piece) => _text.Append(piece.Text);

        public void AppendFormatted<T>(T value) => _text.Append(WebUtility.HtmlEncode(value?.ToString()));

        public override string ToString() => _text.ToString();
    }
}
