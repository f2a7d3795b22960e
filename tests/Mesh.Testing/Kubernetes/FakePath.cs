namespace Mesh.Testing.Kubernetes;

/// <summary>A path of the API: <c>api/v1</c> or <c>apis/group/version</c>, perhaps a namespace, the resource, perhaps a name and a subresource.</summary>
internal sealed record FakePath(string GroupVersion, string Resource, string? Namespace, string? Name, string? Subresource)
{
    public static FakePath? Parse(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var root = parts is ["api", ..] ? 2 : 3;
        if (parts.Length <= root)
        {
            return null;
        }

        var groupVersion = string.Join('/', parts[1..root]);
        return parts[root..] switch
        {
            ["namespaces", var space, var resource] => new(groupVersion, resource, space, null, null),
            ["namespaces", var space, var resource, var name] => new(groupVersion, resource, space, name, null),
            ["namespaces", var space, var resource, var name, var sub] => new(groupVersion, resource, space, name, sub),
            [var resource] => new(groupVersion, resource, null, null, null),
            [var resource, var name] => new(groupVersion, resource, null, name, null),
            [var resource, var name, var sub] => new(groupVersion, resource, null, name, sub),
            _ => null,
        };
    }
}
