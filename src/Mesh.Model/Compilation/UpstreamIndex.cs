using System.Collections.Immutable;
using Mesh.Model.Resources;
using Mesh.Model.Topology;

namespace Mesh.Model.Compilation;

/// <summary>Finds what can be called, by name.</summary>
internal sealed class UpstreamIndex
{
    private readonly Dictionary<ServiceId, ImmutableArray<Upstream>> _byService = [];
    private readonly Dictionary<PortRef, Upstream> _byPort = [];
    private readonly Dictionary<ServiceId, Upstream?> _defaults = [];

    public UpstreamIndex(MeshTopology topology)
    {
        foreach (var (id, service) in topology.Services)
        {
            Add(id, [.. service.Ports.Select(p => new Upstream(new PortRef(id, p.Name), p.Protocol, service.Labels, null))]);
        }

        foreach (var (id, external) in topology.ExternalServices)
        {
            Add(id, [.. external.Ports.Select(p => new Upstream(new PortRef(id, p.Name), p.Protocol, ResourceMetadata.NoLabels, p))]);
        }
    }

    /// <summary>The ports of a service or external service; none where there is no such service.</summary>
    public ImmutableArray<Upstream> Of(ServiceId service) => _byService.GetValueOrDefault(service, []);

    /// <summary>The port that is meant where none is named, or <see langword="null"/>.</summary>
    public Upstream? DefaultOf(ServiceId service) => _defaults.GetValueOrDefault(service);

    /// <summary>Whether there is such a service or external service.</summary>
    public bool Knows(ServiceId service) => _byService.ContainsKey(service);

    /// <summary>The port, or <see langword="null"/>.</summary>
    public Upstream? Find(PortRef port) => _byPort.GetValueOrDefault(port);

    private void Add(ServiceId id, ImmutableArray<Upstream> ports)
    {
        _byService.Add(id, ports);
        _defaults.Add(id, DefaultPort.Of(ports, port => port.Protocol));
        foreach (var port in ports)
        {
            _byPort.TryAdd(port.Port, port);
        }
    }
}
