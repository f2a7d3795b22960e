// Two replicas behind one name. Each has a sidecar of its own, and requests are balanced one by one, also on one connection.
var builder = DistributedApplication.CreateBuilder(args);

builder.AddMesh();

var worker = builder.AddProject<Projects.Replicas_Worker>("worker")
    .WithReplicas(2)
    .WithHttpEndpoint()
    .WithHttpHealthCheck("/health");

builder.AddProject<Projects.Replicas_Front>("front")
    .WithHttpEndpoint()
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health")
    .WithReference(worker)
    .WaitFor(worker);

builder.Build().Run();
