using System.Runtime.CompilerServices;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting;
using Mesh.Hosting.Policies;
using Mesh.Model.Policies.Telemetry;

namespace Aspire.Hosting;

/// <summary>Traces and metrics of sidecars.</summary>
[AspireExportIgnore(Reason = PolicyExports.Reason)]
public static class TelemetryExtensions
{
    /// <summary>Says what the sidecar of a service tells of the requests that it receives and sends; on the mesh: every sidecar.</summary>
    /// <param name="service">The service, or the mesh.</param>
    /// <param name="configure">Sets what differs; what a later call sets is heard.</param>
    /// <param name="endpoint">Only requests that it receives at this endpoint. Default: all that it receives and sends.</param>
    /// <param name="callerFile">The compiler fills it in.</param>
    /// <param name="callerLine">The compiler fills it in.</param>
    /// <example><code>storefront.WithMeshTelemetry(t => t.Sampling = 10);</code></example>
    public static IResourceBuilder<T> WithMeshTelemetry<T>(
        this IResourceBuilder<T> service, Action<MeshTelemetry> configure, string? endpoint = null,
        [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0)
        where T : IResource =>
        AddSidecar(service, Configured.By(configure), endpoint, new DeclaredAt(nameof(WithMeshTelemetry), callerFile, callerLine));

    /// <summary>Says what the sidecar of a service tells of its calls to another. It beats what is said for all of them.</summary>
    /// <param name="caller">The service that calls, or the mesh for everybody.</param>
    /// <param name="callee">The service that is called, or the mesh for everything that the caller calls.</param>
    /// <param name="configure">Sets what differs; what a later call sets is heard.</param>
    /// <param name="endpoint">Only calls to this endpoint of it. Default: every endpoint.</param>
    /// <param name="callerFile">The compiler fills it in.</param>
    /// <param name="callerLine">The compiler fills it in.</param>
    /// <example><code>storefront.WithMeshTelemetry(cache, t => t.Tracing = false);</code></example>
    public static IResourceBuilder<T> WithMeshTelemetry<T>(
        this IResourceBuilder<T> caller, IResourceBuilder<IResource> callee, Action<MeshTelemetry> configure, string? endpoint = null,
        [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0)
        where T : IResource =>
        Add(caller, caller.Resource, callee.Resource, Configured.By(configure), endpoint, new DeclaredAt(nameof(WithMeshTelemetry), callerFile, callerLine));

    internal static IResourceBuilder<T> Add<T>(IResourceBuilder<T> said, IResource? caller, IResource callee, MeshTelemetry telemetry, string? endpoint, DeclaredAt site)
        where T : IResource
    {
        var settings = telemetry.ToSettings();
        return MeshDeclarations.Add(said, site, scope =>
        {
            var (metadata, origin, target, to) = scope.Calls(TelemetryPolicy.KindName, caller, callee, endpoint);
            return new TelemetryPolicy { Metadata = metadata, Origin = origin, TargetRef = target, To = [new() { TargetRef = to, Default = settings }] };
        });
    }

    internal static IResourceBuilder<T> AddSidecar<T>(IResourceBuilder<T> service, MeshTelemetry telemetry, string? endpoint, DeclaredAt site)
        where T : IResource
    {
        var settings = telemetry.ToSettings();
        return MeshDeclarations.Add(service, site, scope =>
        {
            var (metadata, origin, target, _) = scope.Receiving(TelemetryPolicy.KindName, service.Resource, endpoint, "sidecar");
            return new TelemetryPolicy { Metadata = metadata, Origin = origin, TargetRef = target, Rules = [new() { Default = settings }] };
        });
    }
}
