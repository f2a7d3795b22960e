using System.Reflection;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Mesh.ControlPlane.Compilation;
using Mesh.Model.Topology;
using Mesh.Xds.Server;
using Mesh.Xds.Wire;

namespace Mesh.ControlPlane.Api;

/// <summary>What the sidecars of a service are served, as it is on the wire. It holds no secret: certificates and keys do not travel this way.</summary>
internal static class ConfigDumpApi
{
    private static readonly Lazy<TypeRegistry> Types = new(LoadTypes);
    private static readonly Lazy<JsonFormatter> Formatter = new(() => new JsonFormatter(JsonFormatter.Settings.Default.WithTypeRegistry(Types.Value)));

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/config-dump/{ns}/{name}", Dump).WithMetadata(new Access(ApiScopes.Debug));

    private static IResult Dump(string ns, string name, string? kind, SnapshotCache cache)
    {
        if (Enum.GetValues<ClientKind>().Cast<ClientKind?>().FirstOrDefault(known => known!.Value.ToWord() == (kind ?? ClientKind.Mesh.ToWord())) is not { } wanted)
        {
            return Problems.NotFound($"kind of client '{kind}' (mesh, grpc or envoy)");
        }

        var profile = ForeignProfiles.NameOf(new ServiceId(ns, name), wanted);
        var resources = cache.ResourcesOf(profile);
        return resources.IsEmpty && cache.VersionOf(profile, TypeUrls.Listener) is null
            ? Problems.NotFound($"profile {profile}")
            : Results.Ok(new { profile, resources = resources.Select(View) });
    }

    private static object View(XdsResource resource) => new
    {
        type = TypeUrls.ShortName(resource.TypeUrl),
        name = resource.Name,
        version = resource.Version,
        resource = JsonNode.Parse(Formatter.Value.Format(Types.Value.Find(resource.TypeUrl[TypeUrls.Prefix.Length..]).Parser.ParseFrom(resource.Body))),
    };

    private static TypeRegistry LoadTypes() => TypeRegistry.FromFiles(
        typeof(XdsResource).Assembly.GetTypes()
            .Where(t => t.Name.EndsWith("Reflection", StringComparison.Ordinal))
            .Select(t => t.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null))
            .OfType<FileDescriptor>());
}
