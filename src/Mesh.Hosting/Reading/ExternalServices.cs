using System.Net;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Annotations;
using Mesh.Hosting.Diagnostics;
using Mesh.Model;
using Mesh.Model.Bootstrap;
using Mesh.Model.Planning;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Hosting.Reading;

/// <summary>External services that sidecars lead to.</summary>
internal static class ExternalServices
{
    /// <summary>How the mesh leads to a resource; <see langword="null"/>: it does not.</summary>
    public static MeshEgressAnnotation? Egress(IResource resource) => resource is ExternalServiceResource ? resource.Annotations.OfType<MeshEgressAnnotation>().LastOrDefault() : null;

    /// <summary>Those of a model.</summary>
    public static IEnumerable<ExternalServiceResource> In(DistributedApplicationModel model) => model.Resources.OfType<ExternalServiceResource>().Where(r => Egress(r) is not null);

    /// <summary>What is wrong with what was said of one, each with its id.</summary>
    public static IEnumerable<string> Mistakes(ExternalServiceResource resource, bool isPublished)
    {
        var egress = Egress(resource)!.Egress;
        if (resource.Uri is not { } uri)
        {
            yield return MeshDiagnostics.BadEgress(resource.Name, "its URL is a parameter, and sidecars have to know it before the app starts: give AddExternalService the URL itself");
            yield break;
        }

        if (uri.Scheme is not ("http" or "https"))
        {
            yield return MeshDiagnostics.BadEgress(resource.Name, $"its URL begins with {uri.Scheme}:, and sidecars lead to http and https");
        }

        if (egress.Protocol == MeshProtocol.Https)
        {
            yield return MeshDiagnostics.BadEgress(resource.Name, "its Protocol is Https, but apps speak plainly to their sidecar, which begins TLS itself: leave it out");
        }

        var hasTls = (egress.ServerName ?? egress.CaFile ?? egress.CertificateFile ?? egress.KeyFile ?? egress.CaSecret ?? egress.CertificateSecret) is not null;
        if (hasTls && uri.Scheme == "http")
        {
            yield return MeshDiagnostics.BadEgress(resource.Name, "it has settings of TLS, and its URL is http: make that https, or leave the settings out");
        }

        if (egress.CertificateFile is null != egress.KeyFile is null)
        {
            yield return MeshDiagnostics.BadEgress(resource.Name, $"a client certificate is two files, and {(egress.KeyFile is null ? nameof(egress.KeyFile) : nameof(egress.CertificateFile))} is missing");
        }

        foreach (var cidr in (egress.Cidrs ?? []).Where(c => !IPNetwork.TryParse(c, out _)))
        {
            yield return MeshDiagnostics.BadEgress(resource.Name, $"'{cidr}' in Cidrs is no network; write an address and its length, such as 203.0.113.0/24 or 203.0.113.7/32");
        }

        foreach (var (file, secret) in new[] { (nameof(egress.CaFile), nameof(egress.CaSecret)), (nameof(egress.CertificateFile), nameof(egress.CertificateSecret)) })
        {
            var (hasFile, hasSecret) = file == nameof(egress.CaFile) ? (egress.CaFile is not null, egress.CaSecret is not null) : (egress.CertificateFile is not null, egress.CertificateSecret is not null);
            if (isPublished && hasFile && !hasSecret)
            {
                yield return MeshDiagnostics.BadEgress(resource.Name, $"its {file} is on this machine, and nothing of it is published: say {secret} as well, which the published sidecars use in its place");
            }
        }
    }

    /// <summary>One for the planner. It has no mistakes.</summary>
    public static ExternalDescription Describe(ExternalServiceResource resource, ServiceId id, bool isPublished)
    {
        var annotation = Egress(resource)!;
        var uri = resource.Uri!;
        var port = new ExternalPort
        {
            Name = uri.Scheme,
            Protocol = annotation.Egress.Protocol switch
            {
                MeshProtocol.Http2 => AppProtocol.Http2,
                MeshProtocol.Grpc => AppProtocol.Grpc,
                MeshProtocol.Tcp => AppProtocol.Tcp,
                _ => AppProtocol.Http,
            },
            Host = uri.IdnHost,
            Port = uri.Port,
            Tls = uri.Scheme == "https" ? Tls(annotation, isPublished) : null,
        };
        return new ExternalDescription(
            new ExternalService { Id = id, Ports = [port], Origin = new Origin(Model.Resources.ExternalServiceResource.KindName, id.ToString(), annotation.Location) },
            new Declaration(FieldPath.Root / resource.Name, null, annotation.Location));
    }

    /// <summary>The address as a caller is given it: that of its sidecar, with the URL's path.</summary>
    public static string AddressAt(Uri uri, string host, string port) => $"http://{host}:{port}{uri.AbsolutePath}";

    /// <summary>Whether a value that a caller was given is the address of the service: what Aspire gives whoever references it.</summary>
    public static bool IsAddress(object value, Uri uri) => value is string text && text == uri.ToString();

    /// <summary>The variable of .NET's service discovery for plain HTTP beside that for https; <see langword="null"/>: it is another variable.</summary>
    public static string? PlainVariable(string variable) =>
        variable.StartsWith("services__", StringComparison.Ordinal) && variable.Contains("__https__", StringComparison.Ordinal) ? variable.Replace("__https__", "__http__", StringComparison.Ordinal) : null;

    private static ExternalTls Tls(MeshEgressAnnotation annotation, bool isPublished)
    {
        var egress = annotation.Egress;
        return isPublished
            ? new ExternalTls
            {
                ServerName = egress.ServerName,
                CaSecret = egress.CaSecret is { } ca ? new SecretKey(ca, egress.CaSecretKey ?? EgressSecrets.Ca) : null,
                CertificateSecret = egress.CertificateSecret,
            }
            : new ExternalTls { ServerName = egress.ServerName, CaFile = Full(egress.CaFile), CertificateFile = Full(egress.CertificateFile), KeyFile = Full(egress.KeyFile) };

        string? Full(string? file) => file is null ? null : Path.GetFullPath(file, annotation.Directory);
    }
}
