using Mesh.Model.Policies.GrpcRoute;

namespace Mesh.Model.Policies.HttpRoute;

/// <summary>An entry of <c>to</c> of a route.</summary>
/// <param name="Policy">The route.</param>
/// <param name="Item">The entry, as HTTP has it.</param>
/// <param name="Index">Its place.</param>
/// <param name="Grpc">The entry of a GrpcRoute as it was written; <see langword="null"/>: it is an HttpRoute's.</param>
internal sealed record RouteSaid(Policy Policy, HttpRouteItem Item, int Index, GrpcRouteItem? Grpc = null);
