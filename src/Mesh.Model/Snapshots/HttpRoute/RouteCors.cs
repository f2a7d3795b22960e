using System.Collections.Immutable;

namespace Mesh.Model.Snapshots;

/// <summary>What pages of other origins may do (https://fetch.spec.whatwg.org, CORS protocol), as Gateway API's CORS filter says it.</summary>
public sealed record RouteCors
{
    /// <summary>What <see cref="MaxAge"/> is where nothing is said: Gateway API's.</summary>
    public static readonly TimeSpan DefaultMaxAge = TimeSpan.FromSeconds(5);

    /// <summary>Origins such as <c>https://shop.example</c>, <c>https://*.shop.example</c>, or <c>*</c> alone for every origin. Empty: none.</summary>
    public ImmutableArray<string> AllowOrigins { get; init; } = [];

    /// <summary>Whether pages may send cookies and read the answer. Default: false.</summary>
    public bool AllowCredentials { get; init; }

    /// <summary>Methods beside <c>GET</c>, <c>HEAD</c> and <c>POST</c>, which browsers allow by themselves; <c>*</c> alone for every method.</summary>
    public ImmutableArray<string> AllowMethods { get; init; } = [];

    /// <summary>Headers that pages may send; <c>*</c> alone for every header.</summary>
    public ImmutableArray<string> AllowHeaders { get; init; } = [];

    /// <summary>Headers of responses that pages may read; <c>*</c> alone for every header.</summary>
    public ImmutableArray<string> ExposeHeaders { get; init; } = [];

    /// <summary>How long browsers may keep the answer to a preflight request. Default: 5 s, Gateway API's.</summary>
    public TimeSpan MaxAge { get; init; } = DefaultMaxAge;
}
