using System.Collections.Immutable;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Mesh.Hosting.Policies;
using Mesh.Model.Identity;
using Mesh.Model.Policies;

namespace Mesh.Hosting.Tests.Policies;

/// <summary>An AppHost with a mesh in the trust domain shop.local, whose policies are made as at a start; nothing runs.</summary>
internal sealed class ShopApp
{
    public ShopApp()
    {
        Mesh = Builder.AddMesh();
        Storefront = Builder.AddExecutable("storefront", "storefront", ".").WithHttpEndpoint();
        Orders = Builder.AddExecutable("orders", "orders", ".").WithHttpEndpoint().WithHttpEndpoint(name: "Admin-Api");
        OrdersNext = Builder.AddExecutable("orders-next", "orders", ".").WithHttpEndpoint();
        Inventory = Builder.AddExecutable("inventory", "inventory", ".").WithHttpEndpoint(name: "grpc").WithMeshProtocol("grpc", MeshProtocol.Grpc);
        InventoryNext = Builder.AddExecutable("inventory-next", "inventory", ".").WithHttpEndpoint(name: "grpc").WithMeshProtocol("grpc", MeshProtocol.Grpc);
        Backoffice = Builder.AddExecutable("backoffice", "backoffice", ".").WithReference(Orders.GetEndpoint("http"));
        Payments = Builder.AddExecutable("payments", "payments", ".").WithHttpEndpoint().WithMeshIdentity("pay", "money");
        Postgres = Builder.AddExecutable("postgres", "postgres", ".").WithEndpoint(name: "tcp", scheme: "tcp");
        PostgresNew = Builder.AddExecutable("postgres-new", "postgres", ".").WithEndpoint(name: "tcp", scheme: "tcp");
    }

    public IDistributedApplicationTestingBuilder Builder { get; } = DistributedApplicationTestingBuilder.Create([], (options, _) => options.DisableDashboard = true);

    public IResourceBuilder<MeshResource> Mesh { get; }

    public IResourceBuilder<ExecutableResource> Storefront { get; }

    public IResourceBuilder<ExecutableResource> Orders { get; }

    public IResourceBuilder<ExecutableResource> OrdersNext { get; }

    public IResourceBuilder<ExecutableResource> Inventory { get; }

    public IResourceBuilder<ExecutableResource> InventoryNext { get; }

    public IResourceBuilder<ExecutableResource> Backoffice { get; }

    /// <summary>In the mesh: <c>money/pay</c>.</summary>
    public IResourceBuilder<ExecutableResource> Payments { get; }

    public IResourceBuilder<ExecutableResource> Postgres { get; }

    public IResourceBuilder<ExecutableResource> PostgresNew { get; }

    /// <summary>The policies, and what is wrong with what was said.</summary>
    public (ImmutableArray<Policy> Policies, IReadOnlyList<string> Errors) Make()
    {
        var policies = new AppHostPolicies(
            new MeshIdentities("default"), TrustDomain.Parse("shop.local"),
            r => r is ExecutableResource && !r.Annotations.OfType<Hosting.Annotations.OutsideMeshAnnotation>().Any());
        var made = policies.Make(MeshDeclarations.Of(Builder).Policies);
        return (made, policies.Errors);
    }
}
