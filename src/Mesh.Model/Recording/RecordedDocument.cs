using System.Collections.Immutable;
using Mesh.Model.Policies;

namespace Mesh.Model.Recording;

/// <summary>A policy that a recording suggests.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Notes">What its reader should know, a line each.</param>
public sealed record RecordedDocument(Policy Policy, ImmutableArray<string> Notes);
