using System.Collections.Immutable;
using Mesh.Model.Serialization;
using Mesh.Model.Validation;

namespace Mesh.Kubernetes.Injection;

/// <summary>The objects with sidecars, or all that is wrong.</summary>
/// <param name="Objects">What was given, changed, and what it needs beside.</param>
/// <param name="Violations">What is wrong; anything here: there are no objects.</param>
/// <param name="Notes">What somebody should know.</param>
public sealed record InjectionResult(ImmutableArray<ObjectNode> Objects, ImmutableArray<Violation> Violations, ImmutableArray<string> Notes);
