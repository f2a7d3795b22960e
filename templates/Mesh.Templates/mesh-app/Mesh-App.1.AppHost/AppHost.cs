var builder = DistributedApplication.CreateBuilder(args);

// Every service below gets a sidecar: identity, mTLS and permissions for each call between them.
builder.AddMesh();

var apiService = builder.AddProject<Projects.GeneratedClassNamePrefix_ApiService>("apiservice")
    .WithHttpHealthCheck("/health");

// WithReference is also the permission: only webfrontend may call apiservice.
builder.AddProject<Projects.GeneratedClassNamePrefix_Web>("webfrontend")
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health")
    .WithReference(apiService)
    .WaitFor(apiService);

builder.Build().Run();
