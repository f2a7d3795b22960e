namespace Mesh.Model.Snapshots;

/// <summary>What of a request says which replica it belongs to.</summary>
public enum HashPolicyKind
{
    /// <summary>A header's value.</summary>
    Header,

    /// <summary>A cookie's value.</summary>
    Cookie,

    /// <summary>The value of a query parameter.</summary>
    QueryParameter,

    /// <summary>Where it comes from: the caller's replica.</summary>
    Source,
}
