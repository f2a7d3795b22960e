using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Docker;
using Aspire.Hosting.Pipelines;
using Mesh.Hosting.Applying;
using Mesh.Hosting.Diagnostics;
using Mesh.Hosting.Publishing;
using Mesh.Kubernetes.Manifests;
using Mesh.Model.Planning;
using Mesh.Model.Serialization;
using Mesh.Yaml;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Hosting.Docker;

/// <summary>
/// One Compose file with the mesh. It is changed once it is written: the publisher's own types cannot say what a sidecar needs of a network, and whatever an AppHost says about its
/// services in <c>PublishAsDockerComposeService</c> or <c>ConfigureComposeFile</c> is in it by then.
/// </summary>
internal sealed class MeshedComposeFile(PublishedMesh mesh, DockerComposeEnvironmentResource environment)
{
    private const string FileName = "docker-compose.yaml";

    private readonly ComposeNames _names = new(mesh);
    private readonly SortedDictionary<string, PlannedWorkload> _workloads = new(
        mesh.Plan.Workloads.ToDictionary(w => mesh.Reading.Workloads[w.Service.Id].Name.ToLowerInvariant()), StringComparer.Ordinal);

    private IEnumerable<string> Projects => _workloads.Where(w => mesh.Reading.Workloads[w.Value.Service.Id] is ProjectResource).Select(w => w.Key);

    /// <summary>Names the mesh's image in .env, and takes out the ports of projects, which are the sidecars' now.</summary>
    public void ChangeVariables(IDictionary<string, CapturedEnvironmentVariable> variables)
    {
        foreach (var name in Projects.Select(ComposeNames.PortVariable))
        {
            variables.Remove(name);
        }

        variables[_names.ImageVariable] = new CapturedEnvironmentVariable
        {
            Name = _names.ImageVariable,
            Description = $"Image of sidecars and control plane; empty for {ComposeNames.DefaultImage}",
            DefaultValue = mesh.Mesh.Image is null ? ComposeNames.DefaultImage : null,
            Source = mesh.Mesh.Image, // resolved when it is deployed
        };
    }

    /// <summary>Changes the file, once the publisher has written it, and writes the folder beside it.</summary>
    public async Task WriteAsync(PipelineStepContext context)
    {
        var outputs = context.Services.GetRequiredService<IPipelineOutputService>();
        var folder = context.Model.Resources.OfType<IComputeEnvironmentResource>().Count() > 1 ? outputs.GetOutputDirectory(environment) : outputs.GetOutputDirectory();
        var path = Path.Combine(folder, FileName);
        var read = DocumentReader.ReadYaml(await File.ReadAllTextAsync(path, context.CancellationToken), FileName);
        if (read.Documents is not [var document] || !read.Violations.IsEmpty)
        {
            throw new DistributedApplicationException($"{path} is no Compose file that the mesh can be put into: {string.Join("; ", read.Violations)}");
        }

        var start = new ComposeStart(mesh.TrustDomain.Name, mesh.Mesh.Options.LogLevel, ComposeNames.Telemetry(environment));
        var control = new ComposeControlPlane(mesh, _names, start, _workloads);
        var sidecars = _workloads.ToDictionary(w => w.Key, w => new ComposeSidecar(_names, w.Value, w.Key, start, new ComposePorts(mesh, w.Value)));
        var changed = Changed(document.Root, control, sidecars);
        await new ComposeFolder(Path.Combine(folder, ComposeNames.Folder)).WriteAsync(
            mesh, [(_names.ControlPlane, control.StartFile), .. sidecars.Select(s => (_names.Sidecar(s.Key), s.Value.StartFile))], context.CancellationToken);
        await File.WriteAllTextAsync(path, ManifestText.Write(changed), context.CancellationToken);
    }

    private ObjectNode Changed(ObjectNode compose, ComposeControlPlane control, Dictionary<string, ComposeSidecar> sidecars)
    {
        var services = (ObjectNode)compose["services"]!;
        var networks = _workloads.Keys.SelectMany(w => Networks(services[w])).Distinct().ToList();
        List<DocumentMember> all = [new(_names.ControlPlane, control.Service(networks))];
        foreach (var member in services.Members)
        {
            if (sidecars.GetValueOrDefault(member.Name) is not { } sidecar)
            {
                all.Add(member);
                continue;
            }

            var app = (ObjectNode)member.Value;
            Check(member.Name, app);
            all.Add(new DocumentMember(_names.Sidecar(member.Name), sidecar.Sidecar(app)));
            all.Add(new DocumentMember(member.Name, sidecar.App(app)));
        }

        if (all.GroupBy(s => s.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw MeshDiagnostics.NameTaken(twice.Key, twice.Key);
        }

        return (ObjectNode)WithPorts(Node.With(
            compose,
            ("services", new ObjectNode([.. all])),
            ("volumes", new ObjectNode([.. (compose["volumes"] as ObjectNode)?.Members ?? [], .. control.Volumes()])),
            ("configs", new ObjectNode([.. (compose["configs"] as ObjectNode)?.Members ?? [], .. all.Select(s => s.Name)
                .Where(n => n == _names.ControlPlane || sidecars.Keys.Any(w => _names.Sidecar(w) == n)).Select(Config)]))));
    }

    private static DocumentMember Config(string name) => new(name, Node.Object(("file", Node.Text($"./{ComposeNames.Folder}/{name}.json"))));

    // A namespace of a network has one app in it, whose sidecar is its owner.
    private static void Check(string name, ObjectNode app)
    {
        if (app["network_mode"] is ScalarNode mode)
        {
            throw MeshDiagnostics.OtherNetwork(name, $"network_mode: {mode.Text}");
        }

        if ((app["deploy"] as ObjectNode)?["replicas"] is ScalarNode { Text: not "1" } replicas)
        {
            throw MeshDiagnostics.OtherNetwork(name, $"deploy.replicas: {replicas.Text}");
        }
    }

    private static IEnumerable<string> Networks(DocumentNode? service) => (service as ObjectNode)?["networks"] is ListNode list ? list.Items.OfType<ScalarNode>().Select(n => n.Text) : [];

    // Whoever outside the mesh calls a project knows its port by a variable, which is now the front door's number.
    private DocumentNode WithPorts(DocumentNode node)
    {
        var numbers = Projects.ToDictionary(w => $"${{{ComposeNames.PortVariable(w)}}}", w => FrontDoor(_workloads[w]) ?? ComposeNames.UsualPort);
        return With(node);

        DocumentNode With(DocumentNode part) => part switch
        {
            ObjectNode o => new ObjectNode([.. o.Members.Select(m => m with { Value = With(m.Value) })]),
            ListNode l => new ListNode([.. l.Items.Select(With)]),
            ScalarNode { Kind: ScalarKind.Text } text => text with { Text = numbers.Aggregate(text.Text, (t, n) => t.Replace(n.Key, $"{n.Value}", StringComparison.Ordinal)) },
            _ => part,
        };
    }

    private static int? FrontDoor(PlannedWorkload workload) =>
        workload.Service.Ports.Select(p => workload.Replicas[0].FrontDoor(p.Name)).FirstOrDefault(d => d is not null) is { } door ? EndpointMover.PortOf(door) : null;
}
