using Aspire.Hosting;
using Mesh.Model.Policies.HttpRoute;
using Mesh.Model.Snapshots;
using Mesh.Hosting.Exports;

namespace Mesh.Hosting;

/// <summary>What pages of other origins may do; it takes the place of what the app says of origins.</summary>
[AspireDto]
public sealed class MeshCors
{
    /// <summary>Origins such as <c>https://shop.example</c> or <c>https://*.shop.example:8443</c>; <c>*</c> alone for every origin.</summary>
    public IReadOnlyList<string> AllowOrigins { get; set; } = [];

    /// <summary>Whether pages may send cookies and read the answer. Default: no.</summary>
    public bool AllowCredentials { get; set; }

    /// <summary>Methods beside <c>GET</c>, <c>HEAD</c> and <c>POST</c>; <c>*</c> alone for every method.</summary>
    public IReadOnlyList<string> AllowMethods { get; set; } = [];

    /// <summary>Headers that pages may send; <c>*</c> alone for every header.</summary>
    public IReadOnlyList<string> AllowHeaders { get; set; } = [];

    /// <summary>Headers of responses that pages may read; <c>*</c> alone for every header.</summary>
    public IReadOnlyList<string> ExposeHeaders { get; set; } = [];

    /// <summary>How long browsers may keep the answer to a preflight request, in whole seconds. Default: 5 s.</summary>
    [Milliseconds]
    public TimeSpan? MaxAge { get; set; }

    internal RouteFilter ToFilter() => new()
    {
        Type = RouteFilterType.CORS,
        Cors = new()
        {
            AllowOrigins = [.. AllowOrigins],
            AllowCredentials = AllowCredentials,
            AllowMethods = [.. AllowMethods],
            AllowHeaders = [.. AllowHeaders],
            ExposeHeaders = [.. ExposeHeaders],
            MaxAge = MaxAge ?? RouteCors.DefaultMaxAge,
        },
    };
}
