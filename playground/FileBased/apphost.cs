#:sdk Aspire.AppHost.Sdk@13.5.4
#:package Mesh.Hosting@0.1.0
#:property AspireUseCliBundle=true
#:property NoWarn=$(NoWarn);ASPIRECSHARPAPPS001

// An app of C# files: no project anywhere.
var builder = DistributedApplication.CreateBuilder(args);

builder.AddMesh();

var clock = builder.AddCSharpApp("clock", "clock.cs")
    .WithHttpEndpoint()
    .WithHttpHealthCheck("/health");

builder.AddCSharpApp("front", "front.cs")
    .WithHttpEndpoint()
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health")
    .WithReference(clock)
    .WaitFor(clock);

builder.Build().Run();
