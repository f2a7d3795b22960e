using System.Collections.Immutable;

namespace Mesh.Model.Snapshots;

/// <summary>Somebody whose JSON Web Tokens a port takes, and how they are verified.</summary>
public sealed record TokenProvider
{
    /// <summary>The name that rules use: <c>namespace/policy/provider</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What <c>iss</c> has to be, letter by letter.</summary>
    public required string Issuer { get; init; }

    /// <summary>Of these <c>aud</c> has to hold one. Empty: any.</summary>
    public ImmutableArray<string> Audiences { get; init; } = [];

    /// <summary>Where the keys are fetched; <see langword="null"/>: they are not.</summary>
    public Uri? KeysUrl { get; init; }

    /// <summary>The file beside the sidecar that holds the keys; <see langword="null"/>: none does.</summary>
    public string? KeysFile { get; init; }

    /// <summary>The keys themselves, a JSON Web Key Set; <see langword="null"/>: they are elsewhere.</summary>
    public string? Keys { get; init; }

    /// <summary>How long fetched keys are good without being looked at again.</summary>
    public TimeSpan CacheDuration { get; init; } = DefaultCacheDuration;

    /// <summary>How much longer they are used while they cannot be fetched. Then requests with a token are refused.</summary>
    public TimeSpan StaleLimit { get; init; } = DefaultStaleLimit;

    /// <summary>Where tokens are looked for. Empty: in <c>Authorization</c>, behind <c>Bearer</c>.</summary>
    public ImmutableArray<TokenPlace> Places { get; init; } = [];

    /// <summary>By how much clocks may differ.</summary>
    public TimeSpan ClockSkew { get; init; } = DefaultClockSkew;

    /// <summary>Whether the app is given the token too.</summary>
    public bool Forward { get; init; } = true;

    /// <summary>Envoy's default.</summary>
    public static TimeSpan DefaultCacheDuration { get; } = TimeSpan.FromMinutes(10);

    /// <summary>As long as an SVID lives: what the mesh itself may go on without.</summary>
    public static TimeSpan DefaultStaleLimit { get; } = TimeSpan.FromHours(1);

    /// <summary>Envoy's default.</summary>
    public static TimeSpan DefaultClockSkew { get; } = TimeSpan.FromMinutes(1);

    /// <summary>Where tokens are looked for where nothing is said (RFC 6750, section 2.1).</summary>
    public static TokenPlace DefaultPlace { get; } = new(TokenPlaceKind.Header, "Authorization", "Bearer ");

    /// <summary>Where tokens are looked for.</summary>
    public ImmutableArray<TokenPlace> EffectivePlaces => Places.IsEmpty ? [DefaultPlace] : Places;

    /// <summary>Whether both say the same; records compare lists by reference.</summary>
    public bool SaysAs(TokenProvider other) =>
        Audiences.SequenceEqual(other.Audiences)
        && Places.SequenceEqual(other.Places)
        && this with { Audiences = other.Audiences, Places = other.Places } == other;
}
