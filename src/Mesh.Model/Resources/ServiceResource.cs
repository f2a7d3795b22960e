using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Model.Resources;

/// <summary>The document that declares a service, its ports and whom it calls.</summary>
public sealed record ServiceResource : DeclaredResource
{
    // Beside the record, because a field would count when records are compared. Whoever changes one of a thousand services makes the others no work.
    private static readonly ConditionalWeakTable<ServiceResource, Service> Services = new();

    /// <summary>The kind, as documents write it.</summary>
    public const string KindName = "Service";

    /// <inheritdoc />
    public override string Kind => KindName;

    /// <summary>The service's ports.</summary>
    public ImmutableArray<ServicePort> Ports { get; init; } = [];

    /// <summary>
    /// Whom it calls: <c>service</c>, <c>service/port</c> (both in its own namespace) or <c>namespace/service/port</c>; a port of <c>*</c> means every port.
    /// </summary>
    public ImmutableArray<string> Uses { get; init; } = [];

    /// <summary>The service's id.</summary>
    public ServiceId Id => new(Metadata.Namespace, Metadata.Name);

    /// <summary>The service of the topology that this document declares; uses that cannot be read are left out.</summary>
    public Service ToService() => Services.GetValue(this, static resource => resource.Build());

    private Service Build()
    {
        var edges = ImmutableArray.CreateBuilder<DeclaredEdge>();
        for (var i = 0; i < Uses.Length; i++)
        {
            if (UseReference.TryParse(Uses[i], Metadata.Namespace, out var use) && use.Service != Id)
            {
                var origin = OriginAt((SpecPath / "uses")[i]) with { Kind = "Edge", Name = $"{Short(Id)} → {Short(use.Service)}" };
                // Where a tool wrote the document, its path says nothing about the place that the user wrote.
                edges.Add(new DeclaredEdge(Id, use.Service, use.Port, Metadata.DeclaredAt.IsEmpty ? origin : origin with { Rule = null }));
            }
        }

        return new Service
        {
            Id = Id,
            Ports = [.. Ports.Select((port, i) => port.Origin is null ? port with { Origin = OriginAt((SpecPath / "ports")[i]) } : port)],
            Labels = Metadata.Labels,
            Uses = edges.DrainToImmutable(),
            Origin = Origin,
        };
    }

    private static string Short(ServiceId id) => id.Namespace == ServiceId.DefaultNamespace ? id.Name : id.ToString();

    private protected override IEnumerable<Violation> ValidateSpec(FieldPath at)
    {
        if (Metadata.Namespace == SystemNamespace)
        {
            yield return new(FieldPath.Root / "metadata" / "namespace", $"is {SystemNamespace}, where the control plane has its identity; use another one");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Ports.Length; i++)
        {
            var path = (at / "ports")[i] / "name";
            var name = Ports[i].Name;
            if (name.Length > 0 && !DnsLabel.IsValid(name))
            {
                yield return new(path, ResourceMetadata.NotALabel(name));
            }
            else if (name.Length > 0 && !names.Add(name))
            {
                yield return new(path, $"is {Wording.Quote(name)} a second time; give each port its own name");
            }
        }

        for (var i = 0; i < Uses.Length; i++)
        {
            if (!UseReference.TryParse(Uses[i], Metadata.Namespace, out var use))
            {
                yield return new((at / "uses")[i], $"must be service, service/port or namespace/service/port but is {Wording.Quote(Uses[i])}");
            }
            else if (use.Service == Id)
            {
                yield return new((at / "uses")[i], $"names the service itself ({Wording.Quote(Uses[i])}); a call to itself needs no edge");
            }
        }
    }
}
