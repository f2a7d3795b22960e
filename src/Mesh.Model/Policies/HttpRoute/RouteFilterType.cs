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

    /// <summary>Sends a copy of the request to another service.</summary>
    RequestMirror,

    /// <summary>Says what pages of other origins may do.</summary>
    CORS,

    /// <summary>Asks a service whether the request may pass.</summary>
    ExternalAuth,
}
