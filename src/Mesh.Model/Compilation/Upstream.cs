using System.Collections.Immutable;
using Mesh.Model.Topology;

namespace Mesh.Model.Compilation;

/// <summary>A port that can be called.</summary>
/// <param name="Port">Its name.</param>
/// <param name="Protocol">What is spoken.</param>
/// <param name="Labels">The labels of its service; none for external services.</param>
/// <param name="External">The address, for external services.</param>
internal sealed record Upstream(PortRef Port, AppProtocol Protocol, ImmutableSortedDictionary<string, string> Labels, ExternalPort? External);
