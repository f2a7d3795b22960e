namespace Mesh.Model.Topology;

/// <summary>Names a service: <c>namespace/name</c>, both DNS labels.</summary>
/// <param name="Namespace">The namespace; <see cref="DefaultNamespace"/> where the user wrote none.</param>
/// <param name="Name">The service's name.</param>
public readonly record struct ServiceId(string Namespace, string Name) : IComparable<ServiceId>
{
    /// <summary>The namespace of everything that names none.</summary>
    public const string DefaultNamespace = "default";

    /// <summary>Reads <c>name</c> or <c>namespace/name</c>.</summary>
    /// <param name="text">What the user wrote.</param>
    /// <param name="defaultNamespace">The namespace for a bare name.</param>
    public static bool TryParse(string? text, string defaultNamespace, out ServiceId id)
    {
        id = default;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var ns = slash < 0 ? defaultNamespace : text[..slash];
        var name = slash < 0 ? text : text[(slash + 1)..];
        if (!DnsLabel.IsValid(ns) || !DnsLabel.IsValid(name))
        {
            return false;
        }

        id = new ServiceId(ns, name);
        return true;
    }

    /// <inheritdoc />
    public int CompareTo(ServiceId other)
    {
        var byNamespace = string.CompareOrdinal(Namespace, other.Namespace);
        return byNamespace != 0 ? byNamespace : string.CompareOrdinal(Name, other.Name);
    }

    /// <inheritdoc />
    public override string ToString() => $"{Namespace}/{Name}";

    public static bool operator <(ServiceId left, ServiceId right) => left.CompareTo(right) < 0;

    public static bool operator >(ServiceId left, ServiceId right) => left.CompareTo(right) > 0;

    public static bool operator <=(ServiceId left, ServiceId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ServiceId left, ServiceId right) => left.CompareTo(right) >= 0;
}
