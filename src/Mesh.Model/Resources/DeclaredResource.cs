using Mesh.Model.Validation;

namespace Mesh.Model.Resources;

/// <summary>Anything a user declares: a service, an external service or a policy.</summary>
public abstract record DeclaredResource
{
    /// <summary>The one version of the schema.</summary>
    public const string ApiVersion = "mesh.dev/v1alpha1";

    /// <summary>The control plane's own namespace: no services live there, and policies in it concern every namespace.</summary>
    public const string SystemNamespace = "mesh-system";

    /// <summary>Name, namespace, labels.</summary>
    public required ResourceMetadata Metadata { get; init; }

    /// <summary>Where it was declared.</summary>
    public required Origin Origin { get; init; }

    /// <summary>The lines of its text; <see langword="null"/>: it was made in code.</summary>
    public ISourceLines? Source { get; init; }

    /// <summary>The kind, as documents write it.</summary>
    public abstract string Kind { get; }

    /// <summary>Kind, namespace and name.</summary>
    public ResourceKey Key => new(Kind, Metadata.Namespace, Metadata.Name);

    /// <summary>All that is wrong with it, whatever it was made from. Empty: it may be used.</summary>
    public IEnumerable<Violation> Validate() => [.. Metadata.Validate(FieldPath.Root / "metadata"), .. ValidateSpec(SpecPath)];

    internal static FieldPath SpecPath { get; } = FieldPath.Root / "spec";

    /// <summary>The origin of one rule of it: the same place with the rule's own path and line.</summary>
    /// <param name="at">Path below <c>spec</c>.</param>
    internal Origin OriginAt(FieldPath at)
    {
        var rule = at.Text.StartsWith("spec.", StringComparison.Ordinal) ? at.Text["spec.".Length..] : at.Text;
        var location = Origin.Location;
        if (Metadata.DeclaredPlace(at) is { } declared)
        {
            location = declared;
        }
        else if (Source is not null && location is not null && location.LastIndexOf(':') is var colon and > 0)
        {
            location = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{location[..colon]}:{Source.LineOf(at)}");
        }

        return Origin with { Rule = rule, Location = location };
    }

    /// <summary>What is wrong with the spec.</summary>
    private protected abstract IEnumerable<Violation> ValidateSpec(FieldPath at);
}
