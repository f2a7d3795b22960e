using System.Diagnostics.CodeAnalysis;
using Mesh.Model.Identity;

namespace Mesh.Xds.Wire;

/// <summary>
/// How a sidecar names itself in <c>Node.id</c>: its SPIFFE id, a <c>#</c>, the replica's name. A SPIFFE id has no fragment, so that the two never run together.
/// </summary>
/// <param name="Identity">The identity that its certificate has to show.</param>
/// <param name="Replica">The replica's name, unique in its service.</param>
public sealed record NodeId(SpiffeId Identity, string Replica)
{
    private const char Separator = '#';

    /// <summary>Reads a node id, or says no.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out NodeId? node)
    {
        node = null;
        var at = text?.IndexOf(Separator, StringComparison.Ordinal) ?? -1;
        if (at <= 0 || at == text!.Length - 1 || !SpiffeId.TryParse(text[..at], out var identity))
        {
            return false;
        }

        node = new NodeId(identity, text[(at + 1)..]);
        return true;
    }

    /// <inheritdoc />
    public override string ToString() => $"{Identity.Text}{Separator}{Replica}";
}
