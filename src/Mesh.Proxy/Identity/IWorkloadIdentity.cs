namespace Mesh.Proxy.Identity;

/// <summary>Who this proxy is now.</summary>
internal interface IWorkloadIdentity
{
    /// <summary>
    /// The live SVID. <see langword="null"/>: none yet, or the last one has expired; then mesh hops are answered with 503 <c>identity_unavailable</c>. Cheap enough to
    /// ask on each request.
    /// </summary>
    WorkloadSvid? Current { get; }

    /// <summary>Raised after <see cref="Current"/> has become another, one at a time, on a pool thread. Handlers return soon and do not throw.</summary>
    event Action? Changed;
}
