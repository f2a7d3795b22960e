using Mesh.Model.Topology;

namespace Mesh.Model.Planning;

/// <summary>An environment variable of the app.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value; never a secret.</param>
/// <param name="Upstream">The callee whose address it carries; <see langword="null"/> for what the app is told about itself.</param>
public sealed record PlannedVariable(string Name, string Value, ServiceId? Upstream = null);
