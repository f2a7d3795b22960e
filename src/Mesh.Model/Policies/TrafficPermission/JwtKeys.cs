using System.Net;
using System.Text.Json;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.TrafficPermission;

/// <summary>Where the public keys of a provider are: one of a URL, a file and the document itself. A JSON Web Key Set (RFC 7517).</summary>
public sealed record JwtKeys
{
    private const int MostInline = 64 * 1024;

    /// <summary>Where sidecars fetch them: https, or http on loopback.</summary>
    public string? Url { get; init; }

    /// <summary>An absolute path beside each sidecar.</summary>
    public string? File { get; init; }

    /// <summary>The set itself, as JSON.</summary>
    public string? Inline { get; init; }

    /// <summary>How long those of a URL are good without being fetched again. Default: 10 min, Envoy's.</summary>
    public TimeSpan? CacheDuration { get; init; }

    /// <summary>How much longer they are used while they cannot be fetched; then tokens are refused. Default: 1 h. 0s: no longer.</summary>
    public TimeSpan? StaleLimit { get; init; }

    internal IEnumerable<Violation> Validate(FieldPath at)
    {
        var named = new[] { Url, File, Inline }.Count(source => source is not null);
        if (named != 1)
        {
            yield return new(at, named == 0 ? "says nowhere where the keys are; add url, file or inline" : "says in several ways where the keys are; keep one of url, file and inline");
        }

        if (Url is not null && !IsFetchable(Url))
        {
            yield return new(at / "url", $"must be an https URL without user and fragment, or http on loopback, but is {Wording.Quote(Url)}");
        }

        if (File is not null && (!File.StartsWith('/') && !(File.Length > 2 && File[1] == ':')))
        {
            yield return new(at / "file", $"must be an absolute path but is {Wording.Quote(File)}");
        }

        if (Inline is not null && Fault(Inline) is { } fault)
        {
            yield return new(at / "inline", fault);
        }

        if (Url is null && (CacheDuration is not null || StaleLimit is not null))
        {
            yield return new(at, "has times that are for keys at a url; leave out cacheDuration and staleLimit");
        }

        foreach (var violation in Duration.Check(CacheDuration, at / "cacheDuration").Concat(Duration.Check(StaleLimit, at / "staleLimit", zeroIsOff: true)))
        {
            yield return violation;
        }
    }

    private static bool IsFetchable(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && url.UserInfo.Length == 0 && url.Fragment.Length == 0 && url.Host.Length > 0
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && IsLoopback(url)));

    private static bool IsLoopback(Uri url) =>
        url.Host == "localhost" || (IPAddress.TryParse(url.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    // Keys that sign belong to the issuer alone, and one that both share is no proof of who signed.
    private static string? Fault(string json)
    {
        if (json.Length > MostInline)
        {
            return $"has {json.Length} characters, the limit is {MostInline}";
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement is not { ValueKind: JsonValueKind.Object } set || !set.TryGetProperty("keys", out var keys) || keys.ValueKind != JsonValueKind.Array || keys.GetArrayLength() == 0)
            {
                return "must be a JSON Web Key Set: an object with a list of keys";
            }

            foreach (var key in keys.EnumerateArray())
            {
                if (key.ValueKind != JsonValueKind.Object || !key.TryGetProperty("kty", out var kind) || kind.ValueKind != JsonValueKind.String)
                {
                    return "holds a key without kty";
                }

                if (key.TryGetProperty("d", out _) || key.TryGetProperty("k", out _) || kind.ValueEquals("oct"))
                {
                    return "holds a secret key; only public keys belong here, and tokens that are signed with a shared secret are not taken";
                }
            }

            return null;
        }
        catch (JsonException e)
        {
            return $"is no JSON: {e.Message}";
        }
    }
}
