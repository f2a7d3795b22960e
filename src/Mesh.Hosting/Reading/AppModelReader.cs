using System.Collections.Immutable;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Model.Identity;
using Mesh.Model.Planning;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Hosting.Reading;

/// <summary>Reads an app model into planning records. It changes nothing and resolves no value.</summary>
/// <param name="identities">What resources are called in the mesh.</param>
/// <param name="trustDomain">The mesh's trust domain.</param>
/// <param name="appHost">The AppHost's name, for people who look for where something was declared.</param>
/// <param name="execution">Whether the app runs or is published.</param>
/// <param name="published">What of the app is published to one place; <see langword="null"/>: the app runs.</param>
internal sealed class AppModelReader(
    MeshIdentities identities, TrustDomain trustDomain, string appHost, DistributedApplicationExecutionContext execution, PublishedScope? published = null)
{
    private readonly CallbackReader _callbacks = new(execution);
    private readonly Dictionary<IResource, GivenValues> _given = [];

    /// <summary>Reads it.</summary>
    /// <param name="model">The app model.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="addresses">The addresses that endpoints have by now: callbacks that could not answer without them are asked again.</param>
    public async Task<AppReading> ReadAsync(DistributedApplicationModel model, CancellationToken cancellationToken, FrontDoorAddresses? addresses = null)
    {
        var resources = model.Resources.Where(r => IsProcess(r) && (published?.Members.Contains(r) ?? true)).ToList();
        var uses = new Dictionary<IResource, ImmutableArray<Use>>();
        var late = ImmutableDictionary.CreateBuilder<IResource, LateValues>();
        foreach (var resource in resources)
        {
            var given = await GivenAsync(resource, cancellationToken);
            if (addresses is not null && (given.HasLateArguments || !given.LateVariables.IsEmpty))
            {
                late[resource] = new LateValues(addresses, given.LateVariables, given.HasLateArguments);
            }

            var used = UsedEndpoints.Of(resource, given, late.GetValueOrDefault(resource));
            uses[resource] = [.. used.Select(u => u with { Target = InModel(model, u.Target) }).Where(u => u.Target != resource).Distinct()];
        }

        var workloads = resources.OfType<IResourceWithEndpoints>().Where(r => !IsOutside(r) && (Endpoints(r).Any() || uses[r].Length > 0)).ToList();
        var outside = resources.Where(r => IsOutside(r) || (r is not IResourceWithEndpoints && uses[r].Length > 0)).ToList();
        // What is wrong with others is said before anything starts.
        var externals = ExternalServices.In(model).Where(e => !ExternalServices.Mistakes(e, published is not null).Any()).ToList();
        var elsewhere = uses.Values.SelectMany(u => u).Select(u => u.Target).Where(t => !workloads.Contains(t) && !outside.Contains(t) && !externals.Contains(t)).Distinct().ToList();
        // None is published.
        var tunnels = published is null ? [.. DevTunnels.In(model).Where(t => workloads.Contains(t.Target.Target))] : new List<(IResource Tunnel, Use Target, string Meaning)>();

        return new AppReading
        {
            Description = new MeshDescription
            {
                TrustDomain = trustDomain,
                Workloads = [.. workloads.Select(w => Workload(w, uses[w]))],
                Externals = [.. externals.Select(e => ExternalServices.Describe(e, identities.Of(e), published is not null))],
                Outsiders = [.. outside.Select(o => Outsider(o, uses[o])), .. elsewhere.Select(Elsewhere), .. tunnels.Select(t => Tunnel(t.Tunnel, t.Target, t.Meaning))],
            },
            Workloads = Distinct(workloads, identities.Of),
            Endpoints = Distinct(
                workloads.SelectMany(w => Endpoints(w).Select(e => (Port: new PortRef(identities.Of(w), MeshIdentities.PortName(e.Name)), Endpoint: e))), e => e.Port)
                .ToImmutableDictionary(e => e.Key, e => e.Value.Endpoint),
            Externals = Distinct(externals, identities.Of),
            Late = late.ToImmutable(),
            Unread = [.. resources.SelectMany(r => _given[r].Unread)],
            Tunnels = [.. tunnels.Select(t => $"{t.Tunnel.Name}, {t.Target.Target.Name}/{t.Target.Endpoint}: {t.Meaning}.")],
        };
    }

    private async Task<GivenValues> GivenAsync(IResource resource, CancellationToken cancellationToken) => _given.TryGetValue(resource, out var known) && known.Unread.IsEmpty
        ? known
        : _given[resource] = await _callbacks.ReadAsync(resource, cancellationToken);

    // Published, an executable is replaced by a container of its name (PublishAsDockerFile); references still hold the one that was there when they were made.
    private static IResource InModel(DistributedApplicationModel model, IResource resource) => model.Resources.Contains(resource)
        ? resource
        : model.Resources.FirstOrDefault(r => string.Equals(r.Name, resource.Name, StringComparison.OrdinalIgnoreCase)) ?? resource;

    // Names given twice are the planner's to report; here the first one stands.
    private static ImmutableDictionary<TKey, T> Distinct<TKey, T>(IEnumerable<T> items, Func<T, TKey> key)
        where TKey : notnull => items.DistinctBy(key).ToImmutableDictionary(key);

    internal static bool IsProcess(IResource resource) =>
        !MeshParts.Contains(resource) && (resource is ProjectResource or ExecutableResource || resource.IsContainer());

    private bool IsOutside(IResource resource) => Outside.Reason(resource, published is not null) is not null;

    private IEnumerable<EndpointAnnotation> Endpoints(IResource resource) =>
        resource.Annotations.OfType<EndpointAnnotation>().Where(e => published is null || PublishedScope.StandsFor(resource, e.Name) == e);

    private WorkloadDescription Workload(IResourceWithEndpoints resource, ImmutableArray<Use> uses) => new()
    {
        Id = identities.Of(resource),
        DeclaredAt = At(resource),
        Replicas = resource.GetReplicaCount(),
        Endpoints = [.. Endpoints(resource).Select(e => EndpointReader.Read(resource, e, At(resource), published))],
        Uses = Uses(resource, uses),
    };

    private OutsiderDescription Outsider(IResource resource, ImmutableArray<Use> uses) => new()
    {
        Id = identities.Of(resource),
        Reason = Outside.Reason(resource, published is not null) ?? "it has no endpoints that a sidecar could stand before",
        MayCall = Outside.MayCall(resource),
        Uses = Uses(resource, uses),
        DeclaredAt = At(resource),
    };

    private OutsiderDescription Tunnel(IResource tunnel, Use target, string meaning) => new()
    {
        Id = identities.Of(tunnel),
        Reason = meaning,
        PassesAnyway = true,
        Uses = Uses(tunnel, [target]),
        DeclaredAt = At(tunnel),
    };

    private OutsiderDescription Elsewhere(IResource resource) => new()
    {
        Id = identities.Of(resource),
        Reason = resource switch
        {
            ExternalServiceResource { Uri: { } uri } => $"it is an external service at {uri}",
            ExternalServiceResource => "it is an external service",
            _ when published is not null && IsProcess(resource) => $"it is not published to {published.Place}",
            _ => "the app does not run it; its address is configured",
        },
        DeclaredAt = At(resource),
    };

    private ImmutableArray<UseDescription> Uses(IResource caller, ImmutableArray<Use> uses) =>
    [
        .. uses.Where(u => u.Target != caller).Select(u => new UseDescription(identities.Of(u.Target), PortOf(u), At(caller))),
    ];

    private string? PortOf(Use use) => use.Endpoint is null ? null
        : MeshIdentities.PortName((published is null ? null : PublishedScope.StandsFor(use.Target, use.Endpoint)?.Name) ?? use.Endpoint);

    // Aspire does not keep the line that added a resource or a reference.
    private Declaration At(IResource resource) => new(FieldPath.Root / resource.Name, null, $"{resource.Name} in {appHost}");
}
