// The Shop under Aspire: the same services as in mesh.yaml, and one line more than an AppHost without a mesh has.
using Mesh.Hosting;

var builder = DistributedApplication.CreateBuilder(args);

var mesh = builder.AddMesh("mesh", options => options.PoliciesDirectory = "../policies");

var secrets = Path.Combine(builder.AppHostDirectory, "obj", "postgres");

// `aspire publish`: a chart with the mesh in it; `aspire publish -- --target compose`: a Compose file.
if (builder.Configuration["target"] == "compose")
{
    builder.AddDockerComposeEnvironment("compose");
}
else
{
    builder.AddKubernetesEnvironment("k8s");
}

// `azd up` provisions a registry and says where it is; the images are pushed there.
if (builder.Configuration["AZURE_CONTAINER_REGISTRY_ENDPOINT"] is { Length: > 0 } registry)
{
    builder.AddContainerRegistry("registry", registry);
}

var payments = builder.AddNodeApp("payments", "../payments", "server.js")
    .WithHttpEndpoint(port: 5403, env: "PORT")
    .WithHttpHealthCheck("/health");

var inventory = builder.AddProject<Projects.Shop_Inventory>("inventory")
    .WithHttpEndpoint(name: "grpc")
    .AsHttp2Service()
    .WithMeshProtocol("grpc", MeshProtocol.Grpc);

var orders = builder.AddProject<Projects.Shop_Orders>("orders")
    .WithReplicas(2)
    .WithHttpEndpoint()
    .WithHttpProbe(ProbeType.Readiness, "/health")
    .WithReference(inventory)
    .WithReference(payments);

if (builder.ExecutionContext.IsPublishMode)
{
    orders.WithReference(builder.AddPostgres("postgres").WithDataVolume("shop-data").AddDatabase("shop"));
}
else
{
    // A PostgreSQL server of the machine's own, so that the Shop runs without a container engine.
    var postgres = builder.AddExecutable("postgres", "sh", "..", "postgres/run.sh")
        .WithEndpoint(name: "tcp", scheme: "tcp", env: "PORT")
        .WithEnvironment("MESH_STATE", Path.Combine(secrets, "data"))
        .WithEnvironment("POSTGRES_PASSWORD_FILE", Path.Combine(secrets, "password"));
    orders
        .WithEnvironment("POSTGRES_TCP", postgres.GetEndpoint("tcp").Property(EndpointProperty.HostAndPort))
        .WithEnvironment("POSTGRES_PASSWORD_FILE", Path.Combine(secrets, "password"));
}

builder.AddProject<Projects.Shop_Storefront>("storefront")
    .WithHttpEndpoint(port: 5400)
    .WithExternalHttpEndpoints()
    .WithHttpProbe(ProbeType.Readiness, "/health")
    .WithReference(orders)
    .WithReference(inventory)
    .WithEnvironment("PAYMENTS_URL", "http://127.0.0.1:5403"); // for /demo/payments, which tries to go round the mesh

builder.Build().Run();
