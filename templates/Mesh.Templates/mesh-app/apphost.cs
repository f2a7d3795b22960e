#:sdk Aspire.AppHost.Sdk@ASPIRE_VERSION
#:package Mesh.Hosting@MESH_VERSION
#if (Azd)
#:package Mesh.Hosting.Kubernetes@MESH_VERSION
#endif
#:property AspireUseCliBundle=true

var builder = DistributedApplication.CreateBuilder(args);

// Every service below gets a sidecar: identity, mTLS and permissions for each call between them.
#if (Azd)
var mesh = builder.AddMesh();

// `azd up` installs the chart that is published for it, and provisions a registry for the images, of which the mesh's is one.
mesh.WithImageBuild();
builder.AddKubernetesEnvironment("k8s");
if (builder.Configuration["AZURE_CONTAINER_REGISTRY_ENDPOINT"] is { Length: > 0 } registry)
{
#pragma warning disable ASPIRECOMPUTE003 // Aspire marks registries as what may still change.
    builder.AddContainerRegistry("registry", registry);
#pragma warning restore ASPIRECOMPUTE003
}
#else
builder.AddMesh();
#endif

var apiService = builder.AddProject("apiservice", "Mesh-App.1.ApiService/Mesh-App.1.ApiService.csproj")
    .WithHttpHealthCheck("/health");

// WithReference is also the permission: only webfrontend may call apiservice.
builder.AddProject("webfrontend", "Mesh-App.1.Web/Mesh-App.1.Web.csproj")
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health")
    .WithReference(apiService)
    .WaitFor(apiService);

builder.Build().Run();
