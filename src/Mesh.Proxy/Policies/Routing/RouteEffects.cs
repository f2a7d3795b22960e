using System.Collections.Immutable;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Policies.Routing;

/// <summary>What the filters of a rule have in store for one request: there only where they have something.</summary>
/// <param name="cors">What pages may do with the response; <see langword="null"/>: no page of another origin asks.</param>
/// <param name="origin">The origin of the page that asks.</param>
internal sealed class RouteEffects(CompiledCors? cors = null, string origin = "")
{
    /// <summary>Headers that whoever was asked adds to the response.</summary>
    public ImmutableArray<KeyValuePair<string, string>> ResponseHeaders { get; set; } = [];

    /// <summary>The session that the request belongs to.</summary>
    public SessionUse? Session { get; set; }

    /// <summary>Who is shown the request's body.</summary>
    public IBodyTap? Tap { get; set; }

    /// <summary>Changes a response that is not a backend's.</summary>
    public void Apply(IHeaderDictionary response)
    {
        foreach (var (name, value) in ResponseHeaders)
        {
            response.Append(name, value);
        }

        cors?.Apply(origin, response);
    }

    /// <summary>An error of the mesh, with what the page that asks needs to see it: without that a browser tells it of no answer at all.</summary>
    public Failure Tell(Failure failure) => cors is null ? failure : failure with { Headers = cors.Of(origin, failure.Headers) };

    /// <summary>Changes a backend's response.</summary>
    public void Apply(IHeaderDictionary response, string cluster, string replica)
    {
        Apply(response);
        Session?.Apply(cluster, replica, response);
    }
}
