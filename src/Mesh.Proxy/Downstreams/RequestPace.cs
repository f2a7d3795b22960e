using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Mesh.Proxy.Downstreams;

/// <summary>How slow a caller may be.</summary>
internal static class RequestPace
{
    /// <summary>Lets a request take its time whose body is a stream: nobody knows when the next of it is due.</summary>
    public static void Apply(HttpContext context)
    {
        if (context.Request.ContentLength is null && context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } pace)
        {
            pace.MinDataRate = null;
        }
    }
}
