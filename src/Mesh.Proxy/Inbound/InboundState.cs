using Mesh.Proxy.Bootstrap;
using Mesh.Proxy.Configuration;
using Mesh.Proxy.Policies.TrafficPermission.Tokens;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Inbound;

/// <summary>Holds the tables in force; requests and handshakes read them by one reference.</summary>
internal sealed class InboundState(ProxySettings settings, UpstreamKit kit, TokenVerifiers tokens) : IDisposable
{
    private InboundTables? _tables;

    /// <summary>The tables; <see langword="null"/>: no configuration yet.</summary>
    public InboundTables? Tables => Volatile.Read(ref _tables);

    /// <summary>Puts a configuration in force. One at a time.</summary>
    public InboundTables Apply(ProxyConfiguration configuration)
    {
        var previous = _tables;
        tokens.Apply(configuration.InboundPermissions.Values.Concat(configuration.FrontDoorPermissions.Values).SelectMany(set => set.TokenProviders));
        var next = InboundTables.Create(configuration, previous, settings, kit, tokens);
        Volatile.Write(ref _tables, next);
        foreach (var application in previous?.Applications.Values ?? [])
        {
            if (!next.Applications.TryGetValue(application.Port, out var kept) || !ReferenceEquals(kept, application))
            {
                application.Dispose();
            }
        }

        return next;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var application in _tables?.Applications.Values ?? [])
        {
            application.Dispose();
        }
    }
}
