using System.CommandLine;
using Mesh.Cli.AppFiles;
using Mesh.Cli.Running;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh up</c>.</summary>
internal static class UpCommand
{
    public static Command Create(CommandContext context)
    {
        var file = new Argument<string>("file") { Description = "The app.", DefaultValueFactory = _ => AppFile.DefaultName };
        var state = new Option<string?>("--state") { Description = "Directory for keys, logs and generated files. Default: .mesh/<app> beside the file.", HelpName = "directory" };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Do not show what the services log; it is in the state directory's logs/." };
        var verbose = new Option<bool>("--verbose", "-v") { Description = "Show everything that control plane and sidecars log, not only warnings." };
        var otlp = new Option<string?>("--otlp") { Description = "Send traces, metrics and logs of apps and sidecars to this OTLP endpoint. Default: OTEL_EXPORTER_OTLP_ENDPOINT, else nowhere.", HelpName = "url" };
        var ready = new Option<string?>("--ready-file") { Description = "Write URLs and process ids as JSON to this file once everything is ready.", HelpName = "file" };
        var api = PortOption("--api-port", "Port of the control plane's API and pages. Default: 15014 if it is free, else another.");
        var grpc = PortOption("--grpc-port", "Port at which sidecars reach the control plane. Default: 15010 if it is free, else another.");
        var timeout = new Option<int>("--ready-timeout") { Description = "Seconds in which everything has to be ready. Default: 120.", HelpName = "seconds", DefaultValueFactory = _ => 120 };
        timeout.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
            {
                result.AddError("--ready-timeout: must be at least 1 second.");
            }
        });

        var command = new Command("up", "Start an app inside a mesh: its services, a sidecar beside each replica, and a control plane; stop them all with Ctrl+C.")
        {
            file, state, quiet, verbose, otlp, ready, api, grpc, timeout,
        };
        command.SetAction((parsed, cancellation) => new UpSession(
            new UpOptions
            {
                File = Path.GetFullPath(parsed.GetValue(file)!, context.Directory),
                State = parsed.GetValue(state) is { } directory ? Path.GetFullPath(directory, context.Directory) : null,
                Quiet = parsed.GetValue(quiet),
                Verbose = parsed.GetValue(verbose),
                Otlp = parsed.GetValue(otlp),
                ReadyFile = parsed.GetValue(ready) is { } readyFile ? Path.GetFullPath(readyFile, context.Directory) : null,
                ApiPort = parsed.GetValue(api),
                GrpcPort = parsed.GetValue(grpc),
                ReadyTimeout = TimeSpan.FromSeconds(parsed.GetValue(timeout)),
            },
            context.Screen,
            context.Installation,
            context.Running,
            context.Clock).RunAsync(cancellation));
        return command;
    }

    private static Option<int?> PortOption(string name, string description)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = "port" };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 or > 65535)
            {
                result.AddError($"{name}: must be a TCP port from 1 to 65535.");
            }
        });
        return option;
    }
}
