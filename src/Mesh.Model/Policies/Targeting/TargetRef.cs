using System.Collections.Immutable;
using Mesh.Model.Resources;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.Targeting;

/// <summary>Names what a policy, or an entry of it, is about.</summary>
public sealed record TargetRef
{
    /// <summary>Everything.</summary>
    public static TargetRef Mesh { get; } = new();

    /// <summary>Everything, or services.</summary>
    public TargetKind Kind { get; init; }

    /// <summary>One service's name. <see langword="null"/>: by labels.</summary>
    public string? Name { get; init; }

    /// <summary>The service's namespace. <see langword="null"/>: the policy's own; with labels, any.</summary>
    public string? Namespace { get; init; }

    /// <summary>Labels that all have to be on the service.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ResourceMetadata.NoLabels;

    /// <summary>One port by name. <see langword="null"/>: every port.</summary>
    public string? SectionName { get; init; }

    /// <summary>One service.</summary>
    public static TargetRef Service(string name, string? ns = null, string? port = null) =>
        new() { Kind = TargetKind.Service, Name = name, Namespace = ns, SectionName = port };

    /// <summary>How narrow it is, for the order of policies: everything, labels, labels and port, name, name and port.</summary>
    internal int Specificity => Kind == TargetKind.Mesh ? 0 : (Name is null ? 1 : 3) + (SectionName is null ? 0 : 1);

    /// <summary>Whether the service is meant, ports apart.</summary>
    internal bool Selects(ServiceId service, ImmutableSortedDictionary<string, string> labels, string policyNamespace)
    {
        if (Kind == TargetKind.Mesh)
        {
            return true;
        }

        if (Name is not null)
        {
            return Name == service.Name && (Namespace ?? policyNamespace) == service.Namespace;
        }

        return (Namespace is null || Namespace == service.Namespace)
            && Labels.All(wanted => labels.TryGetValue(wanted.Key, out var has) && has == wanted.Value);
    }

    /// <summary>Whether the port is meant, once the service is.</summary>
    internal bool SelectsPort(string port) => SectionName is null || SectionName == port;

    /// <inheritdoc />
    public override string ToString()
    {
        var port = SectionName is null ? "" : $"/{SectionName}";
        return Kind == TargetKind.Mesh
            ? "Mesh"
            : Name is null
                ? $"Service {{{string.Join(", ", Labels.Select(l => $"{l.Key}: {l.Value}"))}}}{port}"
                : $"Service {(Namespace is null ? "" : $"{Namespace}/")}{Name}{port}";
    }

    internal IEnumerable<Violation> Validate(FieldPath at)
    {
        if (Kind == TargetKind.Mesh)
        {
            foreach (var field in GivenFields())
            {
                yield return new(at / field, "means nothing with kind Mesh; use kind Service, or leave it out");
            }

            yield break;
        }

        if (Name is null && Labels.IsEmpty)
        {
            yield return new(at / "name", "is missing; name the service, or select by labels");
        }
        else if (Name is not null && !Labels.IsEmpty)
        {
            yield return new(at / "labels", $"cannot stand beside a name (it is {Wording.Quote(Name)}); keep one of them");
        }

        foreach (var (field, value) in new[] { ("name", Name), ("namespace", Namespace), ("sectionName", SectionName) })
        {
            if (value is not null && !DnsLabel.IsValid(value))
            {
                yield return new(at / field, ResourceMetadata.NotALabel(value));
            }
        }
    }

    private IEnumerable<string> GivenFields()
    {
        if (Name is not null)
        {
            yield return "name";
        }

        if (Namespace is not null)
        {
            yield return "namespace";
        }

        if (!Labels.IsEmpty)
        {
            yield return "labels";
        }

        if (SectionName is not null)
        {
            yield return "sectionName";
        }
    }
}
