using System.CommandLine;
using Mesh.Kubernetes.Definitions;
using Mesh.Kubernetes.Injection;
using Mesh.Kubernetes.Installation;
using Mesh.Kubernetes.Manifests;
using Mesh.Kubernetes.Pods;
using Mesh.Model.Identity;
using Mesh.Model.Serialization;
using Mesh.Model.Topology;
using Mesh.Yaml;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh inject</c>: the sidecar of published apps for workloads that no AppHost published.</summary>
internal static class InjectCommand
{
    public static Command Create(CommandContext context)
    {
        var files = new Option<string[]>("--filename", "-f") { Description = "Manifests; - reads the input.", HelpName = "file|directory|-", AllowMultipleArgumentsPerToken = false };
        var ns = new Option<string>("--namespace", "-n") { Description = "The namespace of objects that name none. Default: default.", HelpName = "name", DefaultValueFactory = _ => ServiceId.DefaultNamespace };
        var mesh = new Option<string>("--mesh") { Description = "The mesh's name. Default: mesh.", HelpName = "name", DefaultValueFactory = _ => "mesh" };
        var image = new Option<string>("--image") { Description = "The image of sidecar and control plane. Default: mesh, of this version.", HelpName = "image", DefaultValueFactory = _ => $"mesh:{CustomResourceDefinitions.ThisVersion}" };
        var domain = new Option<string>("--trust-domain") { Description = "The trust domain of the mesh. Default: cluster.local.", HelpName = "domain", DefaultValueFactory = _ => "cluster.local" };
        var level = new Option<string>("--log-level") { Description = "Least level that is logged. Default: Information.", HelpName = "level", DefaultValueFactory = _ => "Information" };
        var controlPlane = new Option<bool>("--control-plane") { Description = "Print the custom resource definitions and a control plane for the namespace, too." };
        var command = new Command("inject", "Print Kubernetes manifests with a sidecar in every pod, and what the sidecars need beside.") { files, ns, mesh, image, domain, level, controlPlane };
        command.SetAction(parsed =>
        {
            var names = new MeshNames(parsed.GetValue(mesh)!, parsed.GetValue(ns)!);
            if (!DnsLabel.IsValid(names.Mesh) || !DnsLabel.IsValid(names.Namespace) || !DnsLabel.IsValid(names.SystemNamespace) || !TrustDomain.TryParse(parsed.GetValue(domain), out var trustDomain))
            {
                throw new CliException(ExitCode.Usage, "--mesh and --namespace are DNS labels, together at most 62 characters long, and --trust-domain is one such as shop.example.");
            }

            var given = (parsed.GetValue(files) ?? []).SelectMany(f => Read(f, context)).ToList();
            if (given.Count == 0 && !parsed.GetValue(controlPlane))
            {
                throw new CliException(ExitCode.Usage, "give manifests with -f, or --control-plane for the control plane alone.");
            }

            var images = new ImageSettings { Name = parsed.GetValue(image)! };
            var settings = new SidecarSettings { Names = names, Image = images, TrustDomain = trustDomain.Name, LogLevel = parsed.GetValue(level)! };
            var result = new Injector(new InjectionSettings(settings, names.Namespace)).Run(given);
            foreach (var violation in result.Violations)
            {
                context.Screen.Wrong(violation.ToString());
            }

            if (!result.Violations.IsEmpty)
            {
                return ExitCode.Invalid;
            }

            var installation = new ControlPlaneInstallationSettings { Names = names, Image = images, TrustDomain = trustDomain.Name, LogLevel = settings.LogLevel };
            IEnumerable<ObjectNode> before = parsed.GetValue(controlPlane) ? [.. CustomResourceDefinitions.All, .. new ControlPlaneInstallation(installation).Objects().Select(o => o.Object)] : [];
            context.Screen.Line(ManifestText.Write([.. before, .. result.Objects]).TrimEnd());
            foreach (var note in result.Notes.Distinct())
            {
                context.Screen.Say(note);
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static IEnumerable<MeshDocument> Read(string path, CommandContext context)
    {
        var texts = path == "-"
            ? [("-", context.Screen.Input.ReadToEnd())]
            : DocumentFiles.Find([path], context.Directory).Select(f => (Path.GetRelativePath(context.Directory, f), File.ReadAllText(f)));
        foreach (var (name, text) in texts)
        {
            var read = DocumentReader.Read(text, name);
            if (!read.Violations.IsEmpty)
            {
                throw new CliException(ExitCode.Invalid, string.Join(Environment.NewLine, read.Violations.Select(v => $"{name}:{v.Line}: {v}")));
            }

            foreach (var document in read.Documents)
            {
                yield return document;
            }
        }
    }
}
