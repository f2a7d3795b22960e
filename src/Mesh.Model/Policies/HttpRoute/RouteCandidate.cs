using Mesh.Model.Policies.GrpcRoute;
using Mesh.Model.Snapshots;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.HttpRoute;

/// <summary>One match of one rule of a route.</summary>
/// <param name="Policy">The route.</param>
/// <param name="Rule">Its rule.</param>
/// <param name="Match">The match.</param>
/// <param name="At">Where the rule stands.</param>
/// <param name="Name">What it is called in metrics and errors.</param>
/// <param name="Call">For a GrpcRoute: the match as it was written.</param>
internal sealed record RouteCandidate(Policy Policy, HttpRouteRule Rule, RouteMatch Match, FieldPath At, string Name, GrpcRouteMatch? Call);
