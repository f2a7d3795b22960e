using System.Collections.Immutable;

namespace Mesh.Xds.Wire;

/// <summary>A snapshot in the form of one kind of client, endpoints apart.</summary>
/// <param name="Resources">The resources that are there.</param>
/// <param name="Templates">Those that are made when they are asked for.</param>
public sealed record BuiltSnapshot(ImmutableArray<XdsResource> Resources, ImmutableArray<XdsTemplate> Templates);
