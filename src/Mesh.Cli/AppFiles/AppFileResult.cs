using System.Collections.Immutable;
using Mesh.Model.Validation;

namespace Mesh.Cli.AppFiles;

/// <summary>A definition, or everything that is wrong with the file.</summary>
internal sealed record AppFileResult(AppDefinition? App, ImmutableArray<Violation> Violations);
