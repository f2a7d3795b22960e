using System.Runtime.CompilerServices;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting;
using Mesh.Hosting.Policies;
using Mesh.Model.Policies.Tls;

namespace Aspire.Hosting;

/// <summary>Handshakes between sidecars, and who comes without one.</summary>
[AspireExportIgnore(Reason = PolicyExports.Reason)]
public static class TlsExtensions
{
    /// <summary>Says whether callers of a service need a certificate of the mesh, and what its mesh door and they speak in their handshakes; on the mesh: of every service.</summary>
    /// <param name="callee">The service that is called, or the mesh.</param>
    /// <param name="configure">Sets what differs; what a later call sets is heard.</param>
    /// <param name="endpoint">Only at this endpoint. Default: every endpoint.</param>
    /// <param name="callerFile">The compiler fills it in.</param>
    /// <param name="callerLine">The compiler fills it in.</param>
    /// <example><code>orders.WithMeshTls(t => t.MinVersion = MeshTlsVersion.Tls12);</code></example>
    public static IResourceBuilder<T> WithMeshTls<T>(
        this IResourceBuilder<T> callee, Action<MeshTls> configure, string? endpoint = null,
        [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0)
        where T : IResource =>
        Add(callee, Configured.By(configure), endpoint, new DeclaredAt(nameof(WithMeshTls), callerFile, callerLine));

    internal static IResourceBuilder<T> Add<T>(IResourceBuilder<T> callee, MeshTls tls, string? endpoint, DeclaredAt site)
        where T : IResource
    {
        var settings = tls.ToSettings();
        return MeshDeclarations.Add(callee, site, scope =>
        {
            var (metadata, origin, target, _) = scope.Receiving(TlsPolicy.KindName, callee.Resource, endpoint);
            return new TlsPolicy { Metadata = metadata, Origin = origin, TargetRef = target, Rules = [new() { Default = settings }] };
        });
    }
}
