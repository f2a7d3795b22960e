using Aspire.Hosting.ApplicationModel;

namespace Mesh.Hosting.Publishing;

/// <summary>Puts the mesh into what is published to one kind of place. A package of its own for each kind; <see cref="MeshPublishers"/> finds those that the AppHost references.</summary>
internal abstract class MeshPublisher
{
    /// <summary>What stands for the namespace of services in a plan, where it is known only when the app is installed. <see langword="null"/>: it is what the AppHost says.</summary>
    public virtual string? Namespace => null;

    /// <summary>What stands for the trust domain, likewise.</summary>
    public virtual string? TrustDomain => null;

    /// <summary>Whether what it publishes closes the ports of apps that listen on all addresses, where the network enforces it.</summary>
    public virtual bool HasNetworkPolicies => true;

    /// <summary>Whether it serves the environment.</summary>
    public abstract bool Serves(IComputeEnvironmentResource environment);

    /// <summary>Changes the model so that what is published has the mesh.</summary>
    public abstract void Apply(PublishedMesh mesh);
}
