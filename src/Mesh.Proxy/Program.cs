using Mesh.Proxy.Bootstrap;
using Mesh.Proxy.Composition;

RuntimeSwitches.Apply();

if (!CommandLine.TryParse(args, out var command, out var fault))
{
    Terminal.Complain($"mesh-proxy: {fault}\n\n{CommandLine.Usage}");
    return ExitCode.Usage;
}

switch (command.Verb)
{
    case Verb.Version:
        Terminal.Print(ProxyVersion.Text);
        return ExitCode.Success;
    case Verb.Help:
        Terminal.Print(CommandLine.Usage);
        return ExitCode.Success;
    case Verb.Run when command.Restarts:
        return await Keeper.RunAsync(args.Where(a => a != "--restart"), TimeProvider.System);
    default:
        return await ProxyProcess.RunAsync(command);
}
