using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Model.Resources;

/// <summary>The document that declares something outside the mesh that services call.</summary>
public sealed record ExternalServiceResource : DeclaredResource
{
    /// <summary>The kind, as documents write it.</summary>
    public const string KindName = "ExternalService";

    /// <inheritdoc />
    public override string Kind => KindName;

    /// <summary>Its ports, each with the address behind it.</summary>
    public ImmutableArray<ExternalPort> Ports { get; init; } = [];

    /// <summary>The external service of the topology that this document declares.</summary>
    public ExternalService ToExternalService() => new()
    {
        Id = new ServiceId(Metadata.Namespace, Metadata.Name),
        Ports = Ports,
        Origin = Origin,
    };

    private protected override IEnumerable<Violation> ValidateSpec(FieldPath at)
    {
        if (Metadata.Namespace == SystemNamespace)
        {
            yield return new(FieldPath.Root / "metadata" / "namespace", $"is {SystemNamespace}, where the control plane has its identity; use another one");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Ports.Length; i++)
        {
            var path = (at / "ports")[i];
            var port = Ports[i];
            if (port.Name.Length > 0 && !DnsLabel.IsValid(port.Name))
            {
                yield return new(path / "name", ResourceMetadata.NotALabel(port.Name));
            }
            else if (port.Name.Length > 0 && !names.Add(port.Name))
            {
                yield return new(path / "name", $"is {Wording.Quote(port.Name)} a second time; give each port its own name");
            }

            if (port.Host.Length > 0 && Uri.CheckHostName(port.Host) == UriHostNameType.Unknown)
            {
                yield return new(path / "host", $"must be a host name or IP address without scheme and port but is {Wording.Quote(port.Host)}");
            }

            if (port.Port is < 1 or > 65535)
            {
                yield return new(path / "port", $"must be between 1 and 65535 but is {port.Port}");
            }

            foreach (var violation in port.Endpoints.SelectMany((endpoint, n) => Endpoint(endpoint, (path / "endpoints")[n])).Concat(Tls(port, path / "tls")))
            {
                yield return violation;
            }
        }

        if (Ports.IsEmpty)
        {
            yield return new(at / "ports", "is missing; add at least one {name, protocol, host, port}");
        }
    }

    // It becomes a part of a path.
    private static bool IsSecretName(string name) =>
        name.Length is > 0 and <= 253 && char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_')
        && !name.Contains("..", StringComparison.Ordinal);

    private static IEnumerable<Violation> Endpoint(ExternalEndpoint endpoint, FieldPath at)
    {
        if (endpoint.Host.Length > 0 && Uri.CheckHostName(endpoint.Host) == UriHostNameType.Unknown)
        {
            yield return new(at / "host", $"must be a host name or IP address without scheme and port but is {Wording.Quote(endpoint.Host)}");
        }

        if (endpoint.Port is < 1 or > 65535)
        {
            yield return new(at / "port", $"must be between 1 and 65535 but is {endpoint.Port}");
        }

        if (endpoint.Weight is < 1 or > 1000)
        {
            yield return new(at / "weight", $"must be between 1 and 1000 but is {endpoint.Weight}");
        }
    }

    private static IEnumerable<Violation> Tls(ExternalPort port, FieldPath at)
    {
        if (port.Tls is not { } tls)
        {
            yield break;
        }

        if (tls.ServerName is { } name && Uri.CheckHostName(name) == UriHostNameType.Unknown)
        {
            yield return new(at / "serverName", $"must be a host name but is {Wording.Quote(name)}");
        }

        if (new object?[] { tls.Ca, tls.CaFile, tls.CaSecret }.Count(source => source is not null) > 1)
        {
            yield return new(at / "ca", "says more than one of file, inline and secret; keep one of them");
        }

        if (tls.CertificateSecret is not null && (tls.CertificateFile ?? tls.KeyFile) is not null)
        {
            yield return new(at / "clientCertificate", "names files and a secret; keep one of them");
        }

        foreach (var (field, secret) in new[] { ("ca.secret.name", tls.CaSecret?.Name), ("clientCertificate.secret.name", tls.CertificateSecret), ("ca.secret.key", tls.CaSecret?.Key) })
        {
            if (secret is not null && !IsSecretName(secret))
            {
                yield return new(at / field, $"must be {(field.EndsWith("key", StringComparison.Ordinal) ? "a key" : "the name")} of a Secret: letters, digits, inner dots and hyphens, at most 253, but is {Wording.Quote(secret)}");
            }
        }

        if (tls.Ca is { } pem && (!pem.Contains("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal) || pem.Contains("PRIVATE KEY-----", StringComparison.Ordinal)))
        {
            // Not quoted: it may be a key.
            yield return new(at / "ca" / "inline", "must be certificates as PEM and nothing else; a key belongs in a file beside the sidecar, and one that stood in a document is to be replaced");
        }

        if (tls.CertificateFile is null != tls.KeyFile is null)
        {
            yield return new(at / "clientCertificate" / (tls.KeyFile is null ? "keyFile" : "certificateFile"), "is missing; a client certificate is two files, certificateFile and keyFile, or a secret");
        }

        foreach (var (field, file) in new[] { ("ca.file", tls.CaFile), ("clientCertificate.certificateFile", tls.CertificateFile), ("clientCertificate.keyFile", tls.KeyFile) })
        {
            if (file is not null && !Path.IsPathFullyQualified(file))
            {
                yield return new(at / field, $"must be the full path of a file beside the sidecar but is {(file.Contains("-----", StringComparison.Ordinal) ? "PEM" : Wording.Quote(file))}");
            }
        }
    }
}
