using Mesh.Model.Topology;

namespace Mesh.Model.Resources;

/// <summary>What an entry of <c>uses</c> names.</summary>
/// <param name="Service">The service or external service.</param>
/// <param name="Port">One port; <see langword="null"/>: all of them.</param>
internal readonly record struct UseReference(ServiceId Service, string? Port)
{
    public static bool TryParse(string? text, string ownNamespace, out UseReference use)
    {
        use = default;
        var parts = (text ?? "").Split('/');
        (string Namespace, string Name, string Port)? read = parts switch
        {
            [var name] => (ownNamespace, name, "*"),
            [var name, var port] => (ownNamespace, name, port),
            [var ns, var name, var port] => (ns, name, port),
            _ => null,
        };

        if (read is not var (space, service, section) || !DnsLabel.IsValid(space) || !DnsLabel.IsValid(service) || (section != "*" && !DnsLabel.IsValid(section)))
        {
            return false;
        }

        use = new UseReference(new ServiceId(space, service), section == "*" ? null : section);
        return true;
    }
}
