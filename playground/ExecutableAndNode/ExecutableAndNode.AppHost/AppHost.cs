// A Node.js service that calls a plain executable. To the mesh they are services like any other.
var builder = DistributedApplication.CreateBuilder(args);

builder.AddMesh();

// One C# file that `dotnet run` builds and starts; any command that listens where PORT says would do.
var greeter = builder.AddExecutable("greeter", "dotnet", "../services", "run", "greeter.cs")
    .WithHttpEndpoint(env: "PORT")
    .WithHttpHealthCheck("/health");

builder.AddNodeApp("front", "../services", "front.mjs")
    .WithHttpEndpoint(env: "PORT")
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health")
    .WithEnvironment("GREETER", greeter.GetEndpoint("http"))
    .WaitFor(greeter);

builder.Build().Run();
