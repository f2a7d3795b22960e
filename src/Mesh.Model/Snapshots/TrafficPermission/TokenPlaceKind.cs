namespace Mesh.Model.Snapshots;

/// <summary>In which part of a request a token is.</summary>
public enum TokenPlaceKind
{
    /// <summary>A header.</summary>
    Header,

    /// <summary>A cookie.</summary>
    Cookie,

    /// <summary>A query parameter.</summary>
    Query,
}
