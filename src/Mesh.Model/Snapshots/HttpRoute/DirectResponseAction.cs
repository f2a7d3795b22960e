namespace Mesh.Model.Snapshots;

/// <summary>Answers by itself: what remains of a rule whose backends do not exist.</summary>
/// <param name="Status">HTTP status code.</param>
/// <param name="Reason">What to do about it, for the plain-text body.</param>
public sealed record DirectResponseAction(int Status, string Reason) : RouteAction;
