namespace Mesh.Model.Policies.HttpRoute;

/// <summary>What a filter does; the words of Gateway API.</summary>
public enum RouteFilterType
{
    /// <summary>Changes headers of the request.</summary>
    RequestHeaderModifier,

    /// <summary>Changes headers of the response.</summary>
    ResponseHeaderModifier,

    /// <summary>Answers with a redirect.</summary>
    RequestRedirect,

    /// <summary>Changes host or path of the request.</summary>
    URLRewrite,
}
