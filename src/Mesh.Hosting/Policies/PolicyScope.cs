using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Annotations;
using Mesh.Hosting.Diagnostics;
using Mesh.Model;
using Mesh.Model.Identity;
using Mesh.Model.Policies.Targeting;
using Mesh.Model.Resources;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Hosting.Policies;

/// <summary>Turns what one declaration says of resources into what policies say of services; what cannot be is an error of that declaration.</summary>
/// <param name="declaration">The declaration.</param>
/// <param name="identities">Who resources are in the mesh.</param>
/// <param name="trustDomain">The trust domain.</param>
/// <param name="isMember">Whether the resource has a sidecar, or is known to the mesh as an external service.</param>
internal sealed class PolicyScope(MeshPolicyDeclaration declaration, MeshIdentities identities, TrustDomain trustDomain, Func<IResource, bool> isMember)
{
    private const string Everything = "all";

    private readonly List<string> _errors = [];

    /// <summary>What is wrong with the declaration so far.</summary>
    public IReadOnlyList<string> Errors => _errors;

    /// <summary>The trust domain.</summary>
    public TrustDomain TrustDomain => trustDomain;

    /// <summary>The frame of a policy about calls.</summary>
    /// <param name="kind">The policy's kind.</param>
    /// <param name="caller">Who calls; <see langword="null"/> or the mesh: everybody.</param>
    /// <param name="callee">Who is called; the mesh: everything.</param>
    /// <param name="endpoint">Which endpoint of it; <see langword="null"/>: all.</param>
    public PolicyFrame Calls(string kind, IResource? caller, IResource callee, string? endpoint)
    {
        ServiceId? from = caller is null or MeshResource ? null : Service(caller);
        ServiceId? to = callee is MeshResource ? null : Service(callee);
        var name = (from, to) switch
        {
            (null, null) => Everything,
            (null, { } called) => called.Name,
            ({ } calling, null) => $"{calling.Name}-to-{Everything}",
            ({ } calling, { } called) => $"{calling.Name}-to-{called.Name}",
        };
        var ns = (from ?? to)?.Namespace ?? DeclaredResource.SystemNamespace;
        return Frame(kind, name, ns, Target(from, ns, null), Target(to, ns, Port(callee, endpoint)));
    }

    /// <summary>The frame of a policy for those who call.</summary>
    /// <param name="kind">The policy's kind.</param>
    /// <param name="callee">Who is called; the mesh: everything.</param>
    /// <param name="endpoint">Which endpoint of it; <see langword="null"/>: all.</param>
    /// <param name="suffix">Tells the policy's name from that of <see cref="Calls"/>.</param>
    public PolicyFrame Receiving(string kind, IResource callee, string? endpoint, string? suffix = null)
    {
        ServiceId? to = callee is MeshResource ? null : Service(callee);
        var port = Port(callee, endpoint);
        var ns = to?.Namespace ?? DeclaredResource.SystemNamespace;
        var name = string.Join('-', new[] { to?.Name ?? Everything, port, suffix }.Where(p => p is not null));
        return Frame(kind, name, ns, Target(to, ns, port), TargetRef.Mesh);
    }

    /// <summary>Who the resource is.</summary>
    public ServiceId Service(IResource resource)
    {
        var process = resource;
        while (!isMember(process) && process is IResourceWithParent child)
        {
            process = child.Parent;
        }

        if (!isMember(process))
        {
            _errors.Add(process.Annotations.OfType<OutsideMeshAnnotation>().Any()
                ? MeshDiagnostics.OutsideMesh(process.Name, declaration.Call)
                : MeshDiagnostics.NotAProcess(process.Name, declaration.Call));
            process = resource;
        }

        return identities.Of(process);
    }

    /// <summary>The endpoint's name in the mesh.</summary>
    public string? Port(IResource resource, string? endpoint)
    {
        if (endpoint is null)
        {
            return null;
        }

        var known = resource.Annotations.OfType<EndpointAnnotation>().Select(e => e.Name).ToList();
        if (resource is not MeshResource && isMember(resource) && !known.Contains(endpoint, StringComparer.OrdinalIgnoreCase))
        {
            _errors.Add(MeshDiagnostics.NoSuchEndpoint(resource.Name, endpoint, known));
        }

        return MeshIdentities.PortName(endpoint);
    }

    /// <summary>Says that a part is wrong.</summary>
    public void Refuse(FieldPath at, string message) => _errors.Add(new Violation(at, message).ToString());

    private static TargetRef Target(ServiceId? service, string ns, string? port) => service is { } id
        ? TargetRef.Service(id.Name, id.Namespace == ns ? null : id.Namespace, port)
        : TargetRef.Mesh with { SectionName = port };

    private PolicyFrame Frame(string kind, string name, string ns, TargetRef target, TargetRef to)
    {
        var label = PolicyName.Label(name);
        return new PolicyFrame(new ResourceMetadata { Name = label, Namespace = ns }, new Origin(kind, $"{ns}/{label}", declaration.Location), target, to);
    }
}
