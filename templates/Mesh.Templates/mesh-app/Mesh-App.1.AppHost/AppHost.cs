var builder = DistributedApplication.CreateBuilder(args);

// Every service below gets a sidecar: identity, mTLS and permissions for each call between them.
builder.AddMesh();
#if (Azd)

// `azd up` installs the chart that is published for it, and provisions a registry for the images. In both the mesh is what it is here.
builder.AddKubernetesEnvironment("k8s");
if (builder.Configuration["AZURE_CONTAINER_REGISTRY_ENDPOINT"] is { Length: > 0 } registry)
{
    builder.AddContainerRegistry("registry", registry);
}
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
