using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Mesh.Model.Requests;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Simulation;

/// <summary>A token taken apart, as strictly as sidecars do.</summary>
internal sealed class SimulatedToken
{
    // Beyond it sums would overflow: the end of the year 9000.
    private const double LastSecond = 221_845_392_000;

    private readonly string _text;
    private readonly TokenText _parts;

    private SimulatedToken(string text, TokenText parts) => (_text, _parts) = (text, parts);

    /// <summary>Whose it says to be.</summary>
    public string Issuer => _parts.Issuer;

    /// <summary>Whether a claim is what a rule wants.</summary>
    public bool Matches(ClaimMatch match)
    {
        var value = _parts.Claims;
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
    /// <param name="failure">Why it is none.</param>
    public static SimulatedToken? Read(string text, out TokenFailure failure) => TokenText.TryRead(text, out var parts, out failure) ? new(text, parts) : null;

    /// <summary>Why a provider's sidecar would not take it, its signature apart; <see langword="null"/>: it would.</summary>
    /// <param name="provider">The provider.</param>
    /// <param name="at">When; <see langword="null"/>: its times are not looked at.</param>
    public TokenFailure? WhyNot(TokenProvider provider, DateTimeOffset? at)
    {
        if (!provider.Audiences.IsEmpty && !Audiences().Any(provider.Audiences.Contains))
        {
            return TokenFailure.Audience;
        }

        if (!TryTime("exp", out var end) || !TryTime("nbf", out var begin) || !TryTime("iat", out var issued))
        {
            return TokenFailure.Malformed;
        }

        if (end is null || (at is { } now && now >= end + provider.ClockSkew))
        {
            return TokenFailure.Expired;
        }

        return at is { } then && (then + provider.ClockSkew < begin || then + provider.ClockSkew < issued) ? TokenFailure.NotYetValid : null;
    }

    /// <summary>Why its signature is not that of a key; <see langword="null"/>: it is.</summary>
    /// <param name="keys">A JSON Web Key Set.</param>
    public TokenFailure? WhyNot(string keys)
    {
        var dot = _text.LastIndexOf('.');
        return TokenSignature.WhyNot(keys, _parts, Encoding.ASCII.GetBytes(_text[..dot]), Base64Url.DecodeFromChars(_text.AsSpan(dot + 1)));
    }

    private IEnumerable<string> Audiences() => !_parts.Claims.TryGetProperty("aud", out var audience) ? []
        : (audience.ValueKind == JsonValueKind.Array ? [.. audience.EnumerateArray()] : new[] { audience }).Where(a => a.ValueKind == JsonValueKind.String).Select(a => a.GetString()!);

    private bool TryTime(string name, out DateTimeOffset? value)
    {
        value = null;
        if (!_parts.Claims.TryGetProperty(name, out var found))
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
}
