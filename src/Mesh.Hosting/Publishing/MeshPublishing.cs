using System.Collections.Immutable;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Pipelines;
using Mesh.Hosting.Annotations;
using Mesh.Hosting.Applying;
using Mesh.Hosting.Diagnostics;
using Mesh.Hosting.Policies;
using Mesh.Hosting.Reading;
using Mesh.Model.Identity;
using Mesh.Model.Planning;
using Mesh.Model.Policies;
using Mesh.Model.Topology;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting.Publishing;

/// <summary>
/// Publishes the mesh with its app: for each compute environment the model is read, planned and changed as for a run, with the ports of containers. A resource whose
/// environment nobody serves is left as it is, and said to be.
/// </summary>
internal sealed partial class MeshPublishing(MeshDeclarations declarations, ILogger<MeshPublishing> logger)
{
    private static readonly ImmutableSortedDictionary<int, string> SidecarPorts = ImmutableSortedDictionary<int, string>.Empty
        .Add(ContainerPorts.Admin, "the port of the sidecar's admin endpoint")
        .Add(ContainerPorts.MeshDoor, "the port of the mesh door")
        .Add(ContainerPorts.Health, "the port of the sidecar's health");

    private readonly List<Action> _findings = [];

    /// <summary>Changes the model, before anything of it is published.</summary>
    public async Task PrepareAsync(DistributedApplicationModel model, DistributedApplicationExecutionContext execution, CancellationToken cancellationToken)
    {
        if (model.Resources.OfType<MeshResource>().FirstOrDefault() is not { } mesh)
        {
            declarations.ThrowIfAny();
            return;
        }

        var trustDomain = MeshOptionsCheck.Run(mesh);
        var environments = model.Resources.OfType<IComputeEnvironmentResource>().ToList();
        if (environments.Count == 0)
        {
            _findings.Add(() => Log.NoEnvironment(logger, mesh.Name));
            TellWhilePublishing(mesh);
            return;
        }

        if (mesh.GetComputeEnvironment() is null)
        {
            // Aspire asks where each executable goes before it looks at which are left out; the mesh goes wherever services do.
            mesh.Builder.CreateResourceBuilder(mesh).WithComputeEnvironment(mesh.Builder.CreateResourceBuilder(environments[0]));
        }

        var publishers = MeshPublishers.Find();
        foreach (var environment in environments)
        {
            var members = model.GetComputeResources().Where(r => IsFor(r, environment, environments)).ToHashSet();
            if (publishers.FirstOrDefault(p => p.Serves(environment)) is { } publisher)
            {
                publisher.Apply(await PlanAsync(publisher, mesh, environment, members, trustDomain, model, execution, cancellationToken));
            }
            else if (members.Count > 0)
            {
                _findings.Add(() => Log.NotMeshed(logger, MeshDiagnostics.NotMeshed(environment.Name, environment.GetType().Name, members.Select(m => m.Name), Cure(environment))));
            }
        }

        if (mesh.PoliciesDirectory is { } policies && !Directory.Exists(policies))
        {
            _findings.Add(() => Log.NoPolicyFiles(logger, mesh.Options.PoliciesDirectory!));
        }

        TellWhilePublishing(mesh);
    }

    // Only what is logged in a step of the pipeline is seen by whoever types aspire publish.
    private void TellWhilePublishing(MeshResource mesh) => mesh.Annotations.Add(new PipelineStepAnnotation(_ =>
    {
        var step = new PipelineStep
        {
            Name = $"report-{mesh.Name}",
            Description = "Says of each call between services whether it is in the mesh where it is published.",
            Action = _ =>
            {
                _findings.ForEach(tell => tell());
                return Task.CompletedTask;
            },
        };
        step.DependsOn(WellKnownPipelineSteps.PublishPrereq);
        step.RequiredBy(WellKnownPipelineSteps.Publish);
        return step;
    }));

    private static bool IsFor(IResource resource, IComputeEnvironmentResource environment, List<IComputeEnvironmentResource> environments) =>
        (resource.GetComputeEnvironment() ?? (environments.Count == 1 ? environments[0] : null)) == environment;

    private static string Cure(IComputeEnvironmentResource environment) => environment.GetType().Name switch
    {
        "KubernetesEnvironmentResource" => "Add the package Mesh.Hosting.Kubernetes to the AppHost.",
        "DockerComposeEnvironmentResource" => "Add the package Mesh.Hosting.Docker to the AppHost.",
        _ => "The mesh can be published to Kubernetes and to Docker Compose: AddKubernetesEnvironment or AddDockerComposeEnvironment, and the package Mesh.Hosting.Kubernetes or Mesh.Hosting.Docker.",
    };

    private async Task<PublishedMesh> PlanAsync(
        MeshPublisher publisher, MeshResource mesh, IComputeEnvironmentResource environment, HashSet<IResource> members, TrustDomain trustDomain,
        DistributedApplicationModel model, DistributedApplicationExecutionContext execution, CancellationToken cancellationToken)
    {
        var identities = new MeshIdentities(mesh.Options.Namespace, publisher.Namespace);
        foreach (var member in members.Where(m => !m.Annotations.OfType<OutsideMeshAnnotation>().Any() && identities.Of(m).Namespace != identities.Namespace))
        {
            throw MeshDiagnostics.OtherNamespace(member.Name, identities.Of(member).Namespace, mesh.Options.Namespace);
        }

        var plannedDomain = publisher.TrustDomain is { } stand ? TrustDomain.Parse(stand) : trustDomain;
        var scope = new PublishedScope(environment.Name, members, await ToldPorts.FindAsync(members, execution, cancellationToken));
        var reading = await new AppModelReader(identities, plannedDomain, mesh.AppHostName, execution, scope).ReadAsync(model, cancellationToken);
        var plan = MeshPlanner.Plan(reading.Description, PlanningTarget.Containers with { TellsAddresses = false, ReservedPorts = SidecarPorts }, ContainerPorts.Pick);
        if (!plan.Violations.IsEmpty)
        {
            throw MeshDiagnostics.Unplannable(plan.Violations.Select(v => $"{v.Path}: {v.Message}"));
        }

        var published = new PublishedMesh
        {
            Mesh = mesh,
            Environment = environment,
            Model = model,
            Reading = reading,
            Scope = scope,
            Plan = plan,
            Policies = Policies(identities, plannedDomain, plan, model),
            TrustDomain = trustDomain,
        };
        PublishedValues.Apply(published);
        Find(published, publisher);
        return published;
    }

    private ImmutableArray<Policy> Policies(MeshIdentities identities, TrustDomain trustDomain, MeshPlan plan, DistributedApplicationModel model)
    {
        // What is about a resource of another environment is no mistake here; it is published there.
        var services = plan.Workloads.Select(w => w.Service.Id).Concat(plan.ExternalServices.Select(e => e.Id)).ToHashSet();
        var made = new AppHostPolicies(identities, trustDomain, r => (AppModelReader.IsProcess(r) && !r.Annotations.OfType<OutsideMeshAnnotation>().Any()) || services.Contains(identities.Of(r)));
        var policies = made.Make(declarations.Policies);
        List<string> errors = [.. MisplacedCalls.In(model, isPublished: true), .. made.Errors];
        return errors.Count == 0
            ? [.. policies.Where(p => p.TargetRef is not { Name: { } name } || services.Contains(new ServiceId(p.TargetRef.Namespace ?? p.Metadata.Namespace, name)))]
            : throw MeshDiagnostics.Misused(errors);
    }

    private void Find(PublishedMesh published, MeshPublisher publisher)
    {
        foreach (var warning in published.Reading.Unread)
        {
            _findings.Add(() => Log.NotRead(logger, warning));
        }

        foreach (var workload in published.Plan.Workloads.Where(w => !LoopbackServers.Contains(published.Reading.Workloads[w.Service.Id])))
        {
            var open = workload.Service.Ports.Select(p => published.Reading.Endpoints[new PortRef(workload.Service.Id, p.Name)]).Where(e => !published.Scope.CanMove(e)).ToList();
            if (open.Count > 0)
            {
                _findings.Add(() => Log.Open(logger, MeshDiagnostics.OpenPort(workload.Service.Id.Name, published.Environment.Name, open.Select(e => e.Name), publisher.HasNetworkPolicies)));
            }
        }

        foreach (var edge in published.Plan.Edges)
        {
            if (edge.Outcome == EdgeOutcome.Plain && published.Plan.Workloads.FirstOrDefault(w => w.Service.Id == edge.Callee) is { } callee && callee.Service.Ports.Any(p => p.Name == edge.Port && !p.External))
            {
                // On a laptop every endpoint has a front door.
                _findings.Add(() => Log.NoFrontDoor(logger, published.Environment.Name, edge.ToString()));
            }
            else if (edge.Outcome == EdgeOutcome.Refused)
            {
                _findings.Add(() => Log.RefusedEdge(logger, published.Environment.Name, edge.ToString()));
            }
            else
            {
                _findings.Add(() => Log.Edge(logger, published.Environment.Name, edge.ToString()));
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4201, LogLevel.Warning, "The mesh '{Mesh}' is not part of what is published, for the AppHost has no compute environment: call AddKubernetesEnvironment and reference the package Mesh.Hosting.Kubernetes, or AddDockerComposeEnvironment and Mesh.Hosting.Docker. What is published calls each other directly, without identity, mTLS or policies.", EventName = nameof(NoEnvironment))]
        public static partial void NoEnvironment(ILogger logger, string mesh);

        [LoggerMessage(4202, LogLevel.Warning, "{Diagnostic}", EventName = nameof(NotMeshed))]
        public static partial void NotMeshed(ILogger logger, string diagnostic);

        [LoggerMessage(4203, LogLevel.Warning, "{Warning}", EventName = nameof(NotRead))]
        public static partial void NotRead(ILogger logger, string warning);

        [LoggerMessage(4205, LogLevel.Warning, "{Diagnostic}", EventName = nameof(Open))]
        public static partial void Open(ILogger logger, string diagnostic);

        [LoggerMessage(4204, LogLevel.Information, "{Environment}: {Edge}", EventName = nameof(Edge))]
        public static partial void Edge(ILogger logger, string environment, string edge);

        [LoggerMessage(4207, LogLevel.Warning, "{Environment}: {Edge}. Published, an internal endpoint has no front door, so these calls are refused there unless the port is permissive and a rule for anyone lets them in (WithMeshTls, MeshIdentity.Anyone): say so, make the endpoint external, or give the caller a sidecar.", EventName = nameof(NoFrontDoor))]
        public static partial void NoFrontDoor(ILogger logger, string environment, string edge);

        [LoggerMessage(4208, LogLevel.Warning, "The directory of policies '{Directory}' is not there, so no policy of a file is in what is published.", EventName = nameof(NoPolicyFiles))]
        public static partial void NoPolicyFiles(ILogger logger, string directory);

        [LoggerMessage(4206, LogLevel.Warning, "{Environment}: {Edge}", EventName = nameof(RefusedEdge))]
        public static partial void RefusedEdge(ILogger logger, string environment, string edge);
    }
}
