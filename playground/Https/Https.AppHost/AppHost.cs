// Services that speak https, each with the developer certificate, which callers check as they do without a mesh.
var builder = DistributedApplication.CreateBuilder(args);

builder.AddMesh();

var api = builder.AddProject<Projects.Https_Api>("api")
    .WithHttpHealthCheck("/health", endpointName: "https");

builder.AddProject<Projects.Https_Web>("web")
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health", endpointName: "https")
    .WithReference(api)
    .WaitFor(api);

builder.Build().Run();
