using System.Collections.Immutable;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Model.Resources;

/// <summary>The document that declares something outside the mesh that services call.</summary>
public sealed record ExternalServiceResource : MeshResource
{
    /// <inheritdoc />
    public override string Kind => "ExternalService";

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
        }

        if (Ports.IsEmpty)
        {
            yield return new(at / "ports", "is missing; add at least one {name, protocol, host, port}");
        }
    }
}
