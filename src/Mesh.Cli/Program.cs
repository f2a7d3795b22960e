using Mesh.Cli.Api;
using Mesh.Cli.Commands;
using Mesh.Cli.Composition;
using Mesh.Cli.Installation;
using Mesh.Cli.Terminal;

var context = new CommandContext(Screen.OfProcess(), MeshInstallation.OfProcess(), TimeProvider.System, Environment.CurrentDirectory, Environment.GetEnvironmentVariable, RunningApps.OfUser());
return await CommandLine.RunAsync(args, context);
