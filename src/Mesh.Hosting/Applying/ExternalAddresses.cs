using System.Collections.Immutable;
using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Reading;

namespace Mesh.Hosting.Applying;

/// <summary>What a caller is given in place of the addresses of external services: those of its own sidecar. Aspire gives them as texts, so it is these texts that are looked for.</summary>
internal sealed class ExternalAddresses
{
    private readonly ImmutableArray<(Uri Uri, object Address)> _addresses;

    /// <summary>For an app that runs.</summary>
    /// <param name="services">The services with the ports of the caller's listeners, one for each replica.</param>
    /// <param name="sidecar">For a caller in a container, whose loopback is not its sidecar's: that sidecar. Aspire finds the way out of the container.</param>
    public ExternalAddresses(ImmutableArray<(Uri Uri, ImmutableArray<int> Ports)> services, MeshSidecarResource? sidecar) =>
        _addresses = [.. services.Select(s => (s.Uri, sidecar is null ? (object)ExternalServices.AddressAt(s.Uri, "localhost", ReplicaTemplate.Port(s.Ports)) : FromContainer(sidecar, s.Uri, s.Ports[0])))];

    /// <summary>For an app that is published, where sidecars listen on loopback.</summary>
    /// <param name="services">The services with the port of the caller's listener.</param>
    public ExternalAddresses(IEnumerable<(Uri Uri, int Port)> services) =>
        _addresses = [.. services.Select(s => (s.Uri, (object)ExternalServices.AddressAt(s.Uri, "127.0.0.1", s.Port.ToString(System.Globalization.CultureInfo.InvariantCulture))))];

    /// <summary>The value that the caller gets.</summary>
    public object Rewrite(object value)
    {
        foreach (var (uri, address) in _addresses)
        {
            if (ExternalServices.IsAddress(value, uri))
            {
                return address;
            }
        }

        return value;
    }

    /// <summary>Changes a caller's environment.</summary>
    /// <param name="variables">The variables.</param>
    /// <param name="isOwn">Whether a variable is for the service itself.</param>
    public void Rewrite(Dictionary<string, object> variables, Func<string, bool> isOwn)
    {
        foreach (var (name, value) in variables.ToList())
        {
            var address = isOwn(name) ? Rewrite(value) : value;
            if (ReferenceEquals(address, value))
            {
                continue;
            }

            variables[name] = address;
            if (ExternalServices.PlainVariable(name) is { } plain)
            {
                // Whoever asks service discovery for http finds it as well: that is what is spoken now.
                variables.TryAdd(plain, address);
            }
        }
    }

    private static ReferenceExpression FromContainer(MeshSidecarResource sidecar, Uri uri, int port)
    {
        var listener = new EndpointAnnotation(ProtocolType.Tcp, "http", "http", $"out-{port}", port, port, isExternal: false, isProxied: false);
        sidecar.Annotations.Add(listener);
        var url = new EndpointReference(sidecar, listener).Property(EndpointProperty.Url);
        return ReferenceExpression.Create($"{url}{uri.AbsolutePath}");
    }
}
