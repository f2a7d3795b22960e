#:sdk Aspire.AppHost.Sdk@ASPIRE_VERSION
#:package Mesh.Hosting@MESH_VERSION
#:property AspireUseCliBundle=true

var builder = DistributedApplication.CreateBuilder(args);

// Every service below gets a sidecar: identity, mTLS and permissions for each call between them.
builder.AddMesh();

var apiService = builder.AddProject("apiservice", "Mesh-App.1.ApiService/Mesh-App.1.ApiService.csproj")
    .WithHttpHealthCheck("/health");

// WithReference is also the permission: only webfrontend may call apiservice.
builder.AddProject("webfrontend", "Mesh-App.1.Web/Mesh-App.1.Web.csproj")
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health")
    .WithReference(apiService)
    .WaitFor(apiService);

builder.Build().Run();
