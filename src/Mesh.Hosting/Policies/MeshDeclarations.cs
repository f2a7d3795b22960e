using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Applying;
using Mesh.Hosting.Diagnostics;
using Mesh.Model.Policies;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Hosting.Policies;

/// <summary>Everything that an AppHost said about policies, in the order of the calls, before <c>AddMesh</c> as well as after it.</summary>
internal sealed class MeshDeclarations
{
    private readonly List<MeshPolicyDeclaration> _policies = [];

    /// <summary>The declarations.</summary>
    public IReadOnlyList<MeshPolicyDeclaration> Policies => _policies;

    /// <summary>The AppHost's declarations, and what applies them when it starts.</summary>
    public static MeshDeclarations Of(IDistributedApplicationBuilder builder)
    {
        if (builder.Services.FirstOrDefault(s => s.ServiceType == typeof(MeshDeclarations))?.ImplementationInstance is MeshDeclarations there)
        {
            return there;
        }

        var declarations = new MeshDeclarations();
        builder.Services.AddSingleton(declarations);
        MeshHooks.Add(builder);
        return declarations;
    }

    /// <summary>Policies that nobody would hold are refused, in a run and where the app is published.</summary>
    /// <exception cref="DistributedApplicationException">MESH012: there are some, but no mesh.</exception>
    public void ThrowIfAny()
    {
        if (_policies.Count > 0)
        {
            throw MeshDiagnostics.NoMesh(_policies.Select(p => $"{p.Location}: {p.Call}"));
        }
    }

    /// <summary>Keeps what a call said.</summary>
    public static IResourceBuilder<T> Add<T>(IResourceBuilder<T> resource, DeclaredAt site, Func<PolicyScope, Policy> build)
        where T : IResource
    {
        Of(resource.ApplicationBuilder)._policies.Add(new MeshPolicyDeclaration(site.Call, site.Of(resource), build));
        return resource;
    }
}
