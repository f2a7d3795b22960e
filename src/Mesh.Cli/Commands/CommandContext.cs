using Mesh.Cli.Api;
using Mesh.Cli.Installation;
using Mesh.Cli.Terminal;

namespace Mesh.Cli.Commands;

/// <summary>What every command works with.</summary>
internal sealed record CommandContext(Screen Screen, MeshInstallation Installation, TimeProvider Clock, string Directory, Func<string, string?> Environment, RunningApps Running);
