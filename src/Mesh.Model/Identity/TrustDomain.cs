namespace Mesh.Model.Identity;

/// <summary>A SPIFFE trust domain name: lower-case letters, digits, dots, hyphens and underscores, at most 255 characters.</summary>
public sealed record TrustDomain
{
    private TrustDomain(string name) => Name = name;

    /// <summary>The name, without scheme.</summary>
    public string Name { get; }

    /// <summary>Reads a trust domain name.</summary>
    /// <exception cref="FormatException">The name breaks the SPIFFE rules.</exception>
    public static TrustDomain Parse(string text) => TryParse(text, out var domain)
        ? domain
        : throw new FormatException($"'{text}' is not a trust domain: use lower-case letters, digits, '.', '-' and '_', at most 255 characters, such as shop.local.");

    /// <summary>Reads a trust domain name, or says no.</summary>
    public static bool TryParse(string? text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out TrustDomain? domain)
    {
        domain = null;
        if (string.IsNullOrEmpty(text) || text.Length > 255)
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('.' or '-' or '_'))
            {
                return false;
            }
        }

        domain = new TrustDomain(text);
        return true;
    }

    /// <inheritdoc />
    public override string ToString() => Name;
}
