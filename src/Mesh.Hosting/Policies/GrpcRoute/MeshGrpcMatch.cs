using Aspire.Hosting;
using Mesh.Model.Policies.GrpcRoute;
using Mesh.Model.Snapshots;

namespace Mesh.Hosting;

/// <summary>What a gRPC call has to be like; all that is said has to hold. Expressions match the whole value and run without backtracking.</summary>
[AspireExport(ExposeMethods = true)]
public sealed class MeshGrpcMatch
{
    private GrpcRouteMatch _match = new();

    internal MeshGrpcMatch()
    {
    }

    /// <summary>The service with its package, such as <c>shop.Orders</c>.</summary>
    public MeshGrpcMatch Service(string service) => With(_match with { Service = service });

    /// <summary>The method's name.</summary>
    public MeshGrpcMatch Method(string method) => With(_match with { Method = method });

    /// <summary>Expressions that match the whole names.</summary>
    /// <param name="service">Of the service. Default: any.</param>
    /// <param name="method">Of the method. Default: any.</param>
    public MeshGrpcMatch Expressions(string? service = null, string? method = null) =>
        With(_match with { Kind = GrpcMethodMatchKind.RegularExpression, Service = service, Method = method });

    /// <summary>A header (of the call's metadata) has this value; of duplicates the first counts.</summary>
    public MeshGrpcMatch Header(string name, string value) => Header(name, ValueMatchKind.Exact, value);

    /// <summary>A header's value begins so.</summary>
    public MeshGrpcMatch HeaderPrefix(string name, string prefix) => Header(name, ValueMatchKind.Prefix, prefix);

    /// <summary>A header's whole value matches an expression.</summary>
    public MeshGrpcMatch HeaderExpression(string name, string expression) => Header(name, ValueMatchKind.RegularExpression, expression);

    /// <summary>A header is there, whatever its value.</summary>
    public MeshGrpcMatch HeaderPresent(string name) => Header(name, ValueMatchKind.Present, "");

    /// <summary>A header is not there.</summary>
    public MeshGrpcMatch HeaderAbsent(string name) => Header(name, ValueMatchKind.Absent, "");

    internal GrpcRouteMatch ToMatch() => _match;

    private MeshGrpcMatch Header(string name, ValueMatchKind kind, string value) => With(_match with { Headers = _match.Headers.Add(new ValueMatch(name, kind, value)) });

    private MeshGrpcMatch With(GrpcRouteMatch match)
    {
        _match = match;
        return this;
    }
}
