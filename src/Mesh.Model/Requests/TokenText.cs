using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Mesh.Model.Requests;

/// <summary>
/// A token taken apart and not yet verified. Stricter than libraries are, for what two readers could read differently is no proof: three parts without padding, JSON in which
/// no name comes twice, and nothing in the head that would change how it is read.
/// </summary>
public sealed class TokenText
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    private TokenText(string algorithm, string? keyId, JsonElement claims, string issuer)
    {
        Algorithm = algorithm;
        KeyId = keyId;
        Claims = claims;
        Issuer = issuer;
    }

    /// <summary>The longest token that is read, in characters.</summary>
    public const int Longest = 8192;

    /// <summary>What it says it is signed by.</summary>
    public string Algorithm { get; }

    /// <summary>The key that it names; <see langword="null"/>: none.</summary>
    public string? KeyId { get; }

    /// <summary>What it claims.</summary>
    public JsonElement Claims { get; }

    /// <summary>Whose it says to be.</summary>
    public string Issuer { get; }

    /// <summary>Takes a token apart.</summary>
    public static bool TryRead(string token, [NotNullWhen(true)] out TokenText? text, out TokenFailure failure)
    {
        text = null;
        failure = TokenFailure.Malformed;
        if (token.Length > Longest)
        {
            failure = TokenFailure.TooLarge;
            return false;
        }

        var parts = token.Split('.');
        if (parts.Length != 3 || ReadObject(parts[0]) is not { } head || ReadObject(parts[1]) is not { } claims)
        {
            return false;
        }

        // RFC 7515, section 4.1.11: what is critical has to be understood, and there is nothing here that would be. "b64" and "zip" would change what the parts are.
        if (head.TryGetProperty("crit", out _) || head.TryGetProperty("b64", out _) || head.TryGetProperty("zip", out _))
        {
            failure = TokenFailure.Critical;
            return false;
        }

        if (!head.TryGetProperty("alg", out var algorithm) || algorithm.ValueKind != JsonValueKind.String || !TokenAlgorithms.Knows(algorithm.GetString()!))
        {
            failure = TokenFailure.Algorithm;
            return false;
        }

        var keyId = head.TryGetProperty("kid", out var kid) ? kid : default;
        if (keyId.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.String)
            || !IsEncoded(parts[2])
            || !claims.TryGetProperty("iss", out var issuer) || issuer.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        text = new(algorithm.GetString()!, keyId.ValueKind == JsonValueKind.String ? keyId.GetString() : null, claims, issuer.GetString()!);
        return true;
    }

    // RFC 7515, section 2: without padding, which decoders tend to take.
    private static bool IsEncoded(string part) => part.Length > 0 && !part.EndsWith('=') && Base64Url.IsValid(part);

    private static JsonElement? ReadObject(string part)
    {
        if (!IsEncoded(part))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(part), Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            return null;
        }
    }
}
