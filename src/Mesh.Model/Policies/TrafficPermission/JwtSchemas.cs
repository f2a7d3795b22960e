using Mesh.Model.Serialization.Schemas;


namespace Mesh.Model.Policies.TrafficPermission;

/// <summary>Issuers of JSON Web Tokens, and what a permission wants of a token.</summary>
internal static class JwtSchemas
{
    private static readonly ObjectSchema<JwtKeys> Keys = new ObjectSchema<JwtKeys>(() => new())
        .Field("url", TextSchema.Any, x => x.Url, (x, v) => x with { Url = v })
        .Field("file", TextSchema.Any, x => x.File, (x, v) => x with { File = v })
        .Field("inline", TextSchema.Any, x => x.Inline, (x, v) => x with { Inline = v })
        .Value("cacheDuration", DurationSchema.Any, x => x.CacheDuration, (x, v) => x with { CacheDuration = v })
        .Value("staleLimit", DurationSchema.Any, x => x.StaleLimit, (x, v) => x with { StaleLimit = v });

    private static readonly ObjectSchema<JwtPlace> Place = new ObjectSchema<JwtPlace>(() => new())
        .Field("header", TextSchema.Any, x => x.Header, (x, v) => x with { Header = v })
        .Field("prefix", TextSchema.Any, x => x.Prefix, (x, v) => x with { Prefix = v })
        .Field("cookie", TextSchema.Any, x => x.Cookie, (x, v) => x with { Cookie = v })
        .Field("query", TextSchema.Any, x => x.Query, (x, v) => x with { Query = v });

    private static readonly ObjectSchema<JwtClaim> Claim = new ObjectSchema<JwtClaim>(() => new())
        .List("path", TextSchema.Any, x => x.Path, (x, v) => x with { Path = v }, required: true, mayBeEmpty: false)
        .List("values", TextSchema.Any, x => x.Values, (x, v) => x with { Values = v }, mayBeEmpty: false)
        .List("contains", TextSchema.Any, x => x.Contains, (x, v) => x with { Contains = v }, mayBeEmpty: false);

    /// <summary>An item of <c>jwtProviders</c>. An empty list of audiences would read like "none" but mean "any".</summary>
    public static ObjectSchema<JwtProvider> Provider { get; } = new ObjectSchema<JwtProvider>(() => new())
        .Field("name", TextSchema.Any, x => x.Name, (x, v) => x with { Name = v }, required: true)
        .Field("issuer", TextSchema.Any, x => x.Issuer, (x, v) => x with { Issuer = v }, required: true)
        .List("audiences", TextSchema.Any, x => x.Audiences, (x, v) => x with { Audiences = v }, mayBeEmpty: false)
        .Field("jwks", Keys, x => x.Keys, (x, v) => x with { Keys = v }, required: true)
        .List("from", Place, x => x.From, (x, v) => x with { From = v }, mayBeEmpty: false)
        .Value("clockSkew", DurationSchema.Any, x => x.ClockSkew, (x, v) => x with { ClockSkew = v })
        .Value("forward", BooleanSchema.Any, x => x.Forward, (x, v) => x with { Forward = v });

    /// <summary>The <c>jwt</c> of an entry.</summary>
    public static ObjectSchema<JwtMatch> Match { get; } = new ObjectSchema<JwtMatch>(() => new())
        .Field("provider", TextSchema.Any, x => x.Provider, (x, v) => x with { Provider = v })
        .Value("missing", BooleanSchema.Any, x => x.Missing ? true : null, (x, v) => x with { Missing = v })
        .List("claims", Claim, x => x.Claims, (x, v) => x with { Claims = v }, mayBeEmpty: false);
}
