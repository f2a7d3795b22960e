using System.Text.Json.Nodes;

namespace Mesh.ControlPlane.Kubernetes.Wire;

/// <summary>Takes what an <see cref="ObjectWatch"/> finds; called by one task, in order.</summary>
internal interface IObjectSink
{
    /// <summary>All that there is now.</summary>
    void Replace(IReadOnlyList<JsonObject> all);

    /// <summary>An object came or changed.</summary>
    void Put(JsonObject changed);

    /// <summary>An object is gone.</summary>
    void Remove(JsonObject gone);

    /// <summary>They could not be listed or watched, and are tried again.</summary>
    /// <param name="reason">Why not, and what to do about it; no more of the API server's answer than its status.</param>
    void Fail(string reason)
    {
    }
}
