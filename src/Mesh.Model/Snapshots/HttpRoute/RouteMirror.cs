namespace Mesh.Model.Snapshots;

/// <summary>Copies of requests that go to another cluster too. Nobody waits for what is answered there.</summary>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="Percent">Share of the requests, 0 to 100, exact to a ten-thousandth. Default: 100.</param>
public sealed record RouteMirror(string Cluster, double Percent = 100);
