using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Simulation;

/// <summary>A token taken apart, as strictly as sidecars do.</summary>
internal sealed class SimulatedToken
{
    private const int Longest = 8192;

    // Beyond it sums would overflow: the end of the year 9000.
    private const double LastSecond = 221_845_392_000;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    private readonly string _text;
    private readonly string _algorithm;
    private readonly string? _keyId;
    private readonly JsonElement _claims;

    private SimulatedToken(string text, string algorithm, string? keyId, JsonElement claims) => (_text, _algorithm, _keyId, _claims) = (text, algorithm, keyId, claims);

    /// <summary>Whose it says to be.</summary>
    public string Issuer => _claims.GetProperty("iss").GetString()!;

    /// <summary>Whether a claim is what a rule wants.</summary>
    public bool Matches(ClaimMatch match)
    {
        var value = _claims;
        foreach (var name in match.Path)
        {
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out value))
            {
                return false;
            }
        }

        return match.Values.IsEmpty
            ? value.ValueKind switch
            {
                JsonValueKind.Array => value.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.String && match.Contains.Contains(item.GetString()!)),
                JsonValueKind.String => match.Contains.Contains(value.GetString()!) || value.GetString()!.Split(' ').Any(match.Contains.Contains),
                _ => false,
            }
            : value.ValueKind switch
            {
                JsonValueKind.String => match.Values.Contains(value.GetString()!),
                JsonValueKind.True => match.Values.Contains("true"),
                JsonValueKind.False => match.Values.Contains("false"),
                _ => false,
            };
    }

    /// <summary>Takes a token apart.</summary>
    /// <param name="text">The token.</param>
    /// <param name="failure">Why it is none, a word as sidecars have them.</param>
    public static SimulatedToken? Read(string text, out string failure)
    {
        failure = text.Length > Longest ? "too_large" : "malformed";
        var parts = text.Split('.');
        if (text.Length > Longest || parts.Length != 3 || ReadObject(parts[0]) is not { } head || ReadObject(parts[1]) is not { } claims)
        {
            return null;
        }

        if (head.TryGetProperty("crit", out _) || head.TryGetProperty("b64", out _) || head.TryGetProperty("zip", out _))
        {
            failure = "critical_header";
            return null;
        }

        if (!head.TryGetProperty("alg", out var algorithm) || algorithm.ValueKind != JsonValueKind.String || !TokenSignature.Knows(algorithm.GetString()!))
        {
            failure = "algorithm";
            return null;
        }

        var keyId = head.TryGetProperty("kid", out var kid) ? kid : default;
        return keyId.ValueKind is JsonValueKind.Undefined or JsonValueKind.String && IsEncoded(parts[2]) && claims.TryGetProperty("iss", out var issuer) && issuer.ValueKind == JsonValueKind.String
            ? new(text, algorithm.GetString()!, keyId.ValueKind == JsonValueKind.String ? keyId.GetString() : null, claims)
            : null;
    }

    /// <summary>Why a provider's sidecar would not take it, its signature apart; <see langword="null"/>: it would.</summary>
    /// <param name="provider">The provider.</param>
    /// <param name="at">When; <see langword="null"/>: its times are not looked at.</param>
    public string? WhyNot(TokenProvider provider, DateTimeOffset? at)
    {
        if (!provider.Audiences.IsEmpty && !Audiences().Any(provider.Audiences.Contains))
        {
            return "audience";
        }

        if (!TryTime("exp", out var end) || !TryTime("nbf", out var begin) || !TryTime("iat", out var issued))
        {
            return "malformed";
        }

        if (end is null || (at is { } now && now >= end + provider.ClockSkew))
        {
            return "expired";
        }

        return at is { } then && (then + provider.ClockSkew < begin || then + provider.ClockSkew < issued) ? "not_yet_valid" : null;
    }

    /// <summary>Why its signature is not that of a key; <see langword="null"/>: it is.</summary>
    /// <param name="keys">A JSON Web Key Set.</param>
    public string? WhyNot(string keys)
    {
        var dot = _text.LastIndexOf('.');
        return TokenSignature.WhyNot(keys, _algorithm, _keyId, Encoding.ASCII.GetBytes(_text[..dot]), Base64Url.DecodeFromChars(_text.AsSpan(dot + 1)));
    }

    private IEnumerable<string> Audiences() => !_claims.TryGetProperty("aud", out var audience) ? []
        : (audience.ValueKind == JsonValueKind.Array ? [.. audience.EnumerateArray()] : new[] { audience }).Where(a => a.ValueKind == JsonValueKind.String).Select(a => a.GetString()!);

    private bool TryTime(string name, out DateTimeOffset? value)
    {
        value = null;
        if (!_claims.TryGetProperty(name, out var found))
        {
            return true;
        }

        if (found.ValueKind != JsonValueKind.Number || !found.TryGetDouble(out var seconds) || seconds is not (>= 0 and < LastSecond))
        {
            return false;
        }

        value = DateTimeOffset.UnixEpoch.AddSeconds(Math.Floor(seconds));
        return true;
    }

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

    private static bool IsEncoded(string part) => part.Length > 0 && !part.EndsWith('=') && Base64Url.IsValid(part);
}
