using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Downstreams;

namespace Mesh.Proxy.Policies.TrafficPermission;

/// <summary>What a rule wants of a token, ready to run.</summary>
internal sealed class CompiledToken(TokenMatch match)
{
    private readonly FrozenSet<string> _providers = match.Providers.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether it wants that there is none.</summary>
    public bool IsMissing => match.Missing;

    /// <summary>Whether a request's token matches.</summary>
    /// <param name="tokens">The token, once for each provider that takes it; empty: there is none.</param>
    public bool Matches(VerifiedToken[] tokens)
    {
        foreach (var token in tokens)
        {
            if (_providers.Contains(token.Provider) && (match.Missing || MatchesClaims(token.Claims)))
            {
                return !match.Missing;
            }
        }

        return match.Missing;
    }

    private bool MatchesClaims(JsonElement claims)
    {
        foreach (var claim in match.Claims)
        {
            if (!Matches(claim, claims))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Matches(ClaimMatch claim, JsonElement value)
    {
        foreach (var name in claim.Path)
        {
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out value))
            {
                return false;
            }
        }

        return claim.Values.IsEmpty ? Contains(value, claim.Contains) : Is(value, claim.Values);
    }

    private static bool Is(JsonElement value, ImmutableArray<string> texts) => value.ValueKind switch
    {
        JsonValueKind.String => IsOneOf(value, texts),
        JsonValueKind.True => texts.Contains("true"),
        JsonValueKind.False => texts.Contains("false"),
        _ => false,
    };

    private static bool Contains(JsonElement value, ImmutableArray<string> words)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
            {
                if (item.ValueKind == JsonValueKind.String && IsOneOf(item, words))
                {
                    return true;
                }
            }

            return false;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        if (IsOneOf(value, words))
        {
            return true;
        }

        var text = value.GetString().AsSpan();
        foreach (var part in text.Split(' '))
        {
            foreach (var word in words)
            {
                if (text[part].SequenceEqual(word))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool IsOneOf(JsonElement value, ImmutableArray<string> texts)
    {
        foreach (var text in texts)
        {
            if (value.ValueEquals(text))
            {
                return true;
            }
        }

        return false;
    }
}
