using Aspire.Hosting;

namespace Mesh.Hosting.Diagnostics;

/// <summary>What can be wrong with the use of the mesh in an AppHost. Each has an id, described in docs/diagnostics.md, and names its cure.</summary>
internal static class MeshDiagnostics
{
    public static DistributedApplicationException TwoMeshes(string first, string second) => Of(
        "MESH001", $"the app has the mesh '{first}' already, so AddMesh(\"{second}\") cannot add another: remove one of the calls. All services of an AppHost are in one mesh.");

    public static DistributedApplicationException NameTaken(string name, string of) => Of(
        "MESH002", $"the sidecar of '{of}' would be named '{name}', but a resource of that name is there already: rename that resource.");

    public static DistributedApplicationException Unplannable(IEnumerable<string> violations) => Of(
        "MESH003", $"the mesh cannot be planned:{string.Concat(violations.Select(v => $"{Environment.NewLine}  {v}"))}");

    public static DistributedApplicationException ProgramMissing(string name, IEnumerable<string> looked, string option, string key) => Of(
        "MESH004", $"{name} was not found. Looked at: {string.Join(", ", looked)}. Build the package Mesh.Hosting with its programs (./build.sh pack), or name one: {option} in AddMesh(…), or the setting {key}.");

    public static DistributedApplicationException DotnetMissing(string program) => Of(
        "MESH005", $"{program} needs 'dotnet' on PATH: install the .NET 10 runtime, or use the native build.");

    /// <summary>Part of <see cref="Misused"/>.</summary>
    public static string NotAProcess(string resource, string call) =>
        $"MESH006: {call} is about '{resource}', which gets no sidecar: it is no project, executable or container, or one without an endpoint that calls nobody, or a process that outlives the AppHost. Name the process itself.";

    /// <summary>Part of <see cref="Misused"/>.</summary>
    public static string NoSuchEndpoint(string resource, string endpoint, IEnumerable<string> known) =>
        $"MESH007: '{resource}' has no endpoint '{endpoint}'; it has {(known.Any() ? string.Join(", ", known) : "none")}. Declare it with WithHttpEndpoint or WithEndpoint, or use one of those.";

    public static DistributedApplicationException BadOption(string option, string value, string rule) => Of("MESH008", $"{option} is '{value}', but {rule}");

    public static DistributedApplicationException ControlPlaneGone(string mesh, string why) => Of(
        "MESH009", $"the control plane '{mesh}' did not get ready, so sidecars have no identity: {why} Its log says why; start it again from the dashboard, then this resource.");

    public static DistributedApplicationException Misused(IEnumerable<string> errors) => Of(
        "MESH010", $"what the AppHost says about the mesh is wrong:{string.Concat(errors.Select(e => $"{Environment.NewLine}  {e}"))}");

    /// <summary>Part of <see cref="Misused"/>.</summary>
    public static string OutsideMesh(string resource, string call) =>
        $"MESH011: {call} is about '{resource}', which WithoutMesh() keeps out of the mesh: remove one of the two.";

    public static DistributedApplicationException NoMesh(IEnumerable<string> calls) => Of(
        "MESH012", $"the AppHost declares policies but has no mesh, so nothing would hold them: add builder.AddMesh(), or remove{string.Concat(calls.Select(c => $"{Environment.NewLine}  {c}"))}");

    public static DistributedApplicationException AspireTooOld(Version running) => Of(
        "MESH013", $"the app runs on Aspire {running.ToString(2)}, and the mesh needs {AspireVersion.Oldest} or later: run 'aspire update', or raise the version of Aspire.AppHost.Sdk and of the Aspire packages.");

    /// <summary>A warning: what is published there has no mesh.</summary>
    public static string NotMeshed(string environment, string kind, IEnumerable<string> resources, string cure) =>
        $"MESH014: {string.Join(", ", resources)} will run in '{environment}' ({kind}) without the mesh: they call each other directly, without identity, mTLS or policies. {cure}";

    public static DistributedApplicationException OtherNamespace(string resource, string ns, string own) => Of(
        "MESH015", $"'{resource}' has an identity in the namespace '{ns}', but what is published together is installed into one namespace, which stands for '{own}': leave the namespace out of WithMeshIdentity, or publish the resource from an AppHost of its own.");

    public static DistributedApplicationException OpaqueValue(string resource, string variable, string type) => Of(
        "MESH016", $"'{resource}' is given an address of the mesh in {variable} by a value of type {type}, which only its author can make and which would lead past the sidecar: make it of GetEndpoint(…) and ReferenceExpression.Create(…), or of a connection string.");

    /// <summary>A warning: who can reach the pod can go round its sidecar.</summary>
    public static string OpenPort(string resource, string environment, IEnumerable<string> endpoints, bool hasNetworkPolicies) =>
        $"MESH017: '{resource}' is not told where to listen, so in '{environment}' its port ({string.Join(", ", endpoints)}) stays where it is; if the app listens on all addresses, {(hasNetworkPolicies ? "only a NetworkPolicy keeps others" : "nothing keeps others on its network")} from going round its sidecar. Have it listen on 127.0.0.1, or let it read its port from a variable: WithHttpEndpoint(env: \"PORT\").";

    public static DistributedApplicationException UnprobeablePort(string resource) => Of(
        "MESH018", $"'{resource}' has a gRPC probe, which the kubelet sends to the pod's address, where the app of a meshed pod does not listen: use WithHttpProbe, or a tcpSocket probe in PublishAsKubernetesService.");

    public static DistributedApplicationException OtherServiceAccount(string resource, string? account) => Of(
        "MESH019", $"the pods of '{resource}' were given the ServiceAccount '{account}', but the ServiceAccount is the identity in the mesh, which is '{resource}': leave it to the mesh, or keep the resource out of it with WithoutMesh().");

    public static DistributedApplicationException OtherNetwork(string resource, string what) => Of(
        "MESH020", $"the Compose service '{resource}' has {what}, but an app of the mesh shares the network of its one sidecar: leave it out of PublishAsDockerComposeService, or keep the resource out of the mesh with WithoutMesh().");

    public static DistributedApplicationException ImageProgramsMissing(IEnumerable<string> looked) => Of(
        "MESH021", $"WithImageBuild() puts the programs of the package Mesh.Hosting into an image, but their builds for Linux containers (mesh-control-plane.dll, mesh-proxy.dll) were not found. Looked at: {string.Join(", ", looked)}. In a checkout of Mesh, build the image with its Dockerfile and leave WithImageBuild() out.");

    /// <summary>Part of <see cref="Misused"/>.</summary>
    public static string BadEgress(string resource, string what) => $"MESH022: WithMeshEgress of '{resource}': {what}.";

    private static DistributedApplicationException Of(string id, string message) => new($"{id}: {message}");
}
