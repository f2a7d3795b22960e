using System.Collections.Immutable;

namespace Mesh.Cli.Installation;

/// <summary>How a program is started.</summary>
/// <param name="Program">Absolute path.</param>
/// <param name="Arguments">What comes before its own arguments.</param>
internal sealed record InstalledProgram(string Program, ImmutableArray<string> Arguments);
