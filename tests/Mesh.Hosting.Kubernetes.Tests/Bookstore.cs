using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Mesh.Hosting.Kubernetes.Tests;

/// <summary>An app with databases, images that keep their port, replicas, policies and something outside the mesh, for whatever it is published to.</summary>
internal static class Bookstore
{
    /// <summary>Adds it; the mesh is there already.</summary>
    /// <returns>Its cache, for whoever has something to add.</returns>
    public static IResourceBuilder<RedisResource> AddTo(IDistributedApplicationBuilder builder)
    {
        var mesh = builder.CreateResourceBuilder(builder.Resources.OfType<MeshResource>().Single());
        var books = builder.AddPostgres("postgres", password: builder.AddParameter("pg-password", "sesame", secret: true)).WithDataVolume("data").AddDatabase("books");
        var cache = builder.AddRedis("cache", password: builder.AddParameter("cache-password", "another", secret: true));
        var payments = builder.AddContainer("payments", "example/payments").WithHttpEndpoint(port: 5403, env: "PORT").WithEnvironment("HOST", "0.0.0.0").WithHttpProbe(ProbeType.Liveness, "/alive");
        var legacy = builder.AddContainer("legacy", "example/legacy").WithHttpEndpoint(targetPort: 80).WithExternalHttpEndpoints().WithHttpProbe(ProbeType.Readiness, "/up");
        builder.AddContainer("batch", "example/batch").WithReference(books).WithoutMesh();
        var web = builder.AddProject("web", "none.csproj", p => p.ExcludeLaunchProfile = true)
            .WithHttpEndpoint().WithHttpsEndpoint()
            .WithExternalHttpEndpoints()
            .WithReplicas(3)
            .WithReference(books)
            .WithReference(cache)
            .WithReference(payments.GetEndpoint("http"))
            .WithReference(legacy.GetEndpoint("http"));
        builder.AddProject("admin", "none.csproj", p => p.ExcludeLaunchProfile = true).WithHttpEndpoint(name: "api").WithReference(web.GetEndpoint("http"));
        payments.WithMeshInboundTimeout(t => t.Request = TimeSpan.FromSeconds(3), from: web);
        mesh.Deny(legacy, payments);
        return cache;
    }
}
