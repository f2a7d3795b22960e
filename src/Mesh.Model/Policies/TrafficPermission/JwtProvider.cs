using System.Collections.Immutable;
using Mesh.Model.Resources;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.TrafficPermission;

/// <summary>Somebody whose JSON Web Tokens are taken, and how they are verified.</summary>
public sealed record JwtProvider
{
    private static readonly TimeSpan MostSkew = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ShortestCache = TimeSpan.FromSeconds(10);

    /// <summary>The name by which entries of the policy mean it, a DNS label.</summary>
    public string Name { get; init; } = "";

    /// <summary>What <c>iss</c> has to be, letter by letter.</summary>
    public string Issuer { get; init; } = "";

    /// <summary>Of these <c>aud</c> has to hold one. Empty: any, which lets tokens pass that were made for somebody else.</summary>
    public ImmutableArray<string> Audiences { get; init; } = [];

    /// <summary>Where the keys are.</summary>
    public JwtKeys Keys { get; init; } = new();

    /// <summary>Where requests carry the token. Empty: in <c>Authorization</c>, behind <c>Bearer</c>.</summary>
    public ImmutableArray<JwtPlace> From { get; init; } = [];

    /// <summary>By how much clocks may differ. Default: 1 min, Envoy's.</summary>
    public TimeSpan? ClockSkew { get; init; }

    /// <summary>Whether the app is given the token too. Default: true.</summary>
    public bool? Forward { get; init; }

    /// <summary>Whether both say the same; records compare lists by reference.</summary>
    public bool SaysAs(JwtProvider other) =>
        Audiences.SequenceEqual(other.Audiences)
        && From.SequenceEqual(other.From)
        && this with { Audiences = other.Audiences, From = other.From } == other;

    internal IEnumerable<Violation> Validate(FieldPath at)
    {
        if (!DnsLabel.IsValid(Name))
        {
            yield return new(at / "name", $"must be a DNS label such as accounts but is {Wording.Quote(Name)}");
        }

        if (Issuer.Length == 0)
        {
            yield return new(at / "issuer", "is empty; write what tokens have as iss");
        }

        for (var i = 0; i < Audiences.Length; i++)
        {
            if (Audiences[i].Length == 0)
            {
                yield return new((at / "audiences")[i], "is empty; write what tokens have as aud");
            }
        }

        if (ClockSkew is { } skew && (skew < TimeSpan.Zero || skew > MostSkew || skew.Ticks % TimeSpan.TicksPerSecond != 0))
        {
            yield return new(at / "clockSkew", $"must be whole seconds between 0s and {Duration.Format(MostSkew)} but is {Duration.Format(skew)}");
        }

        if (Keys.CacheDuration is { } cache && cache < ShortestCache)
        {
            yield return new(at / "jwks" / "cacheDuration", $"must be at least {Duration.Format(ShortestCache)} but is {Duration.Format(cache)}; unknown keys are asked for at once anyway");
        }

        foreach (var violation in Keys.Validate(at / "jwks").Concat(From.SelectMany((place, i) => place.Validate((at / "from")[i]))))
        {
            yield return violation;
        }
    }

    internal TokenProvider Compile(ResourceMetadata policy) => new()
    {
        Name = WireName(policy, Name),
        Issuer = Issuer,
        Audiences = Audiences,
        KeysUrl = Keys.Url is null ? null : new Uri(Keys.Url, UriKind.Absolute),
        KeysFile = Keys.File,
        Keys = Keys.Inline,
        CacheDuration = Keys.CacheDuration ?? TokenProvider.DefaultCacheDuration,
        StaleLimit = Keys.StaleLimit ?? TokenProvider.DefaultStaleLimit,
        Places = Places(),
        ClockSkew = ClockSkew ?? TokenProvider.DefaultClockSkew,
        Forward = Forward ?? true,
    };

    // In one order, for a request may carry one token only.
    private ImmutableArray<TokenPlace> Places()
    {
        ImmutableArray<TokenPlace> places = [.. From.Select(place => place.Compile()).Distinct().OrderBy(place => place.Kind).ThenBy(place => place.Name, StringComparer.Ordinal)];
        return places is [var only] && only == TokenProvider.DefaultPlace ? [] : places;
    }

    internal static string WireName(ResourceMetadata policy, string name) => $"{policy.Namespace}/{policy.Name}/{name}";
}
