using System.Globalization;

namespace Mesh.Cli.Checking;

/// <summary>Something that is wrong, or looks wrong.</summary>
/// <param name="File">Path as the user would write it.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Message">What, and the cure.</param>
/// <param name="IsHint">Whether it may be meant.</param>
internal sealed record Finding(string File, int Line, string Message, bool IsHint = false)
{
    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}: {(IsHint ? "hint: " : "")}{Message}");
}
