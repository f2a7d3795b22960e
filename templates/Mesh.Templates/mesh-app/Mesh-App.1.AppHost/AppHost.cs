var builder = DistributedApplication.CreateBuilder(args);

// Every service below gets a sidecar: identity, mTLS and permissions for each call between them.
#if (Azd)
var mesh = builder.AddMesh();

// `azd up` installs the chart that is published for it, and provisions a registry for the images, of which the mesh's is one.
mesh.WithImageBuild();
builder.AddKubernetesEnvironment("k8s");
if (builder.Configuration["AZURE_CONTAINER_REGISTRY_ENDPOINT"] is { Length: > 0 } registry)
{
    builder.AddContainerRegistry("registry", registry);
}
#else
builder.AddMesh();
#endif

var apiService = builder.AddProject<Projects.GeneratedClassNamePrefix_ApiService>("apiservice")
    .WithHttpHealthCheck("/health");

// WithReference is also the permission: only webfrontend may call apiservice.
builder.AddProject<Projects.GeneratedClassNamePrefix_Web>("webfrontend")
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health")
    .WithReference(apiService)
    .WaitFor(apiService);

builder.Build().Run();
