namespace Mesh.Model.Requests;

/// <summary>A public key that may have signed tokens (RFC 7517). Numbers are as they were written, in base64url.</summary>
public sealed record TokenKey
{
    /// <summary>RSA or EC.</summary>
    public required string Kind { get; init; }

    /// <summary>Its name; <see langword="null"/>: it has none.</summary>
    public string? Id { get; init; }

    /// <summary>The only algorithm it is for; <see langword="null"/>: any that fits.</summary>
    public string? Algorithm { get; init; }

    /// <summary>The curve of an EC key; <see langword="null"/>: it is one of RSA.</summary>
    public string? Curve { get; init; }

    /// <summary>The modulus of an RSA key, <c>x</c> of an EC key.</summary>
    public required string First { get; init; }

    /// <summary>The exponent of an RSA key, <c>y</c> of an EC key.</summary>
    public required string Second { get; init; }
}
