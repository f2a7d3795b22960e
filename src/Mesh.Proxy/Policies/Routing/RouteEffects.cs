using System.Collections.Immutable;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Policies.Routing;

/// <summary>What the filters of a rule have in store for one request: there only where a rule has some.</summary>
internal sealed class RouteEffects
{
    /// <summary>What pages may do with the response.</summary>
    public CompiledCors? Cors { get; init; }

    /// <summary>The origin of the page that asks; <see langword="null"/>: no page of another origin does.</summary>
    public string? Origin { get; init; }

    /// <summary>Headers that whoever was asked adds to the response.</summary>
    public ImmutableArray<KeyValuePair<string, string>> ResponseHeaders { get; init; } = [];

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

        if (Cors is not null && Origin is not null)
        {
            Cors.Apply(Origin, response);
        }
    }

    /// <summary>Changes a backend's response.</summary>
    public void Apply(IHeaderDictionary response, string cluster, string replica)
    {
        Apply(response);
        Session?.Apply(cluster, replica, response);
    }
}
