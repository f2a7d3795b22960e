namespace Mesh.Model.Topology;

/// <summary>Names one port of a service: <c>namespace/service/port</c>.</summary>
public readonly record struct PortRef(ServiceId Service, string Port)
{
    /// <summary>Reads <c>namespace/service/port</c>.</summary>
    public static bool TryParse(string? text, out PortRef port)
    {
        port = default;
        var slash = text?.LastIndexOf('/') ?? -1;
        if (slash <= 0 || !ServiceId.TryParse(text![..slash], ServiceId.DefaultNamespace, out var service) || !DnsLabel.IsValid(text[(slash + 1)..]))
        {
            return false;
        }

        port = new PortRef(service, text[(slash + 1)..]);
        return true;
    }

    /// <inheritdoc />
    public override string ToString() => $"{Service.Namespace}/{Service.Name}/{Port}";
}
