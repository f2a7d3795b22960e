using Mesh.Model.Identity;
using Mesh.Model.Planning;
using Mesh.Model.Policies;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Cli.AppFiles;

/// <summary>From the document tree of a <c>mesh.yaml</c> to what is to be run, or everything that is wrong with it at once.</summary>
internal static class AppFileReader
{
    /// <summary>The kind of the document.</summary>
    public const string Kind = "App";

    private static readonly TimeSpan ShortestLifetime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestLifetime = TimeSpan.FromHours(24);

    /// <summary>Reads the one document of the file.</summary>
    /// <param name="document">Its content.</param>
    /// <param name="file">Absolute path of the file; other paths in it are relative to its directory.</param>
    public static AppFileResult Read(MeshDocument document, string file)
    {
        var violations = new List<Violation>();
        var root = new NodeCursor(document.Root, FieldPath.Root, Math.Max(1, document.Line), violations);
        root.IsObject("an App document", "apiVersion", "kind", "metadata", "spec");
        Expect(root.Member("apiVersion"), DeclaredResource.ApiVersion);
        Expect(root.Member("kind"), Kind);
        var name = Name(root.Member("metadata"));

        var spec = root.Member("spec");
        if (!spec.IsObject("spec: { services: … }", "trustDomain", "certificateLifetime", "policies", "services", "external"))
        {
            return new AppFileResult(null, [.. violations]);
        }

        var directory = Path.GetDirectoryName(file)!;
        var trustDomain = TrustDomainOf(spec.Member("trustDomain"), name);
        var lifetime = CertificateLifetime(spec.Member("certificateLifetime"));
        var policies = Policies(spec.Member("policies"), directory);
        var services = new List<ServiceDefinition>();
        var workloads = new List<WorkloadDescription>();
        foreach (var (service, cursor) in spec.Member("services").Members("services: { orders: { command: …, endpoints: … } }"))
        {
            if (ServiceReader.Read(service, cursor, directory, document.SourceName) is var (definition, workload))
            {
                services.Add(definition);
                workloads.Add(workload);
            }
        }

        if (!spec.Member("services").Members("").Any())
        {
            spec.Member("services").Wrong("names no service, so there is nothing to run; write services: { orders: { command: …, endpoints: … } }");
        }

        var externals = ExternalReader.Read(spec.Member("external"), document.SourceName);
        if (violations.Count > 0 || name is null || trustDomain is null)
        {
            return new AppFileResult(null, [.. violations.OrderBy(v => v.Line)]);
        }

        return new AppFileResult(
            new AppDefinition
            {
                Name = name,
                File = file,
                PoliciesDirectory = policies,
                CertificateLifetime = lifetime,
                Description = new MeshDescription { TrustDomain = trustDomain, Workloads = [.. workloads], Externals = externals },
                Services = [.. services],
            },
            []);
    }

    private static void Expect(NodeCursor cursor, string word)
    {
        if (cursor.Required(word) is { } seen && seen != word)
        {
            cursor.Wrong($"must be {word} but is '{seen}'");
        }
    }

    private static string? Name(NodeCursor metadata)
    {
        if (!metadata.IsObject("metadata: { name: shop }", "name"))
        {
            return null;
        }

        var name = metadata.Member("name").Required("name: shop");
        if (name is not null && !DnsLabel.IsValid(name))
        {
            metadata.Member("name").Wrong($"must be lower-case letters, digits and inner hyphens, at most {DnsLabel.MaxLength} characters, but is '{name}'");
            return null;
        }

        return name;
    }

    private static TrustDomain? TrustDomainOf(NodeCursor cursor, string? name)
    {
        var text = cursor.Text("trustDomain: shop.local") ?? (name is null ? null : $"{name}.local");
        if (text is not null && !TrustDomain.TryParse(text, out _))
        {
            cursor.Wrong($"must be lower-case letters, digits, '.', '-' and '_', at most 255 characters, such as shop.local, but is '{text}'");
            return null;
        }

        return text is null ? null : TrustDomain.Parse(text);
    }

    private static TimeSpan CertificateLifetime(NodeCursor cursor)
    {
        var standard = TimeSpan.FromHours(1);
        if (cursor.Text("certificateLifetime: 1h") is not { } text)
        {
            return standard;
        }

        if (!Duration.TryParse(text, out var lifetime) || lifetime < ShortestLifetime || lifetime > LongestLifetime)
        {
            cursor.Wrong($"must be a duration from {Duration.Format(ShortestLifetime)} to {Duration.Format(LongestLifetime)} but is '{text}'; leave it out for 1h");
            return standard;
        }

        return lifetime;
    }

    private static string? Policies(NodeCursor cursor, string directory)
    {
        if (cursor.Text("policies: policies") is not { Length: > 0 } relative)
        {
            return null;
        }

        var path = Path.GetFullPath(relative, directory);
        if (!Directory.Exists(path))
        {
            cursor.Wrong($"must be a directory but there is no {path}; make it, or leave policies out");
        }

        return path;
    }
}
