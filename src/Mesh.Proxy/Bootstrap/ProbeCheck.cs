using System.Collections.Frozen;
using System.Net;
using Mesh.Model.Bootstrap;

namespace Mesh.Proxy.Bootstrap;

/// <summary>Checks <c>probes</c> of the bootstrap.</summary>
internal static class ProbeCheck
{
    /// <summary>Converts, or says all that is wrong.</summary>
    public static ProbeSettings? Convert(
        ProbeBootstrap probes, FrozenDictionary<string, ListenAddress> listeners, FrozenDictionary<string, EndPoint> applications, Action<string, string> fault)
    {
        if (!BootstrapValidator.TryParseAddress(probes.Address, out var health))
        {
            fault("probes.address", $"'{probes.Address}' is not ip:port such as 0.0.0.0:15020");
        }

        var doors = new Dictionary<IPEndPoint, Dictionary<string, EndPoint>>();
        for (var i = 0; i < probes.Doors.Length; i++)
        {
            var (door, member) = (probes.Doors[i], $"probes.doors[{i}]");
            if (!BootstrapValidator.TryParseAddress(door.Address, out var address))
            {
                fault($"{member}.address", $"'{door.Address}' is not ip:port such as 0.0.0.0:8080");
            }
            else if (address.Port == health?.Port)
            {
                fault($"{member}.address", $"port {address.Port} is that of probes.address; it takes two");
            }
            else if (listeners.FirstOrDefault(l => l.Value.Port == address.Port && address.Port != 0).Key is { } listener)
            {
                fault($"{member}.address", $"port {address.Port} is that of listener '{listener}'; a door for probes is for ports that are not open to others");
            }

            if (!door.Path.StartsWith('/') || door.Path.Any(c => c is < '!' or > '~' or '#'))
            {
                fault($"{member}.path", $"'{door.Path}' is no path as it stands in a request, such as /health");
            }

            if (!applications.TryGetValue(door.Application, out var application))
            {
                fault($"{member}.application", $"applications has no port '{door.Application}'");
            }
            else if (address is not null && !(doors.TryGetValue(address, out var paths) ? paths : doors[address] = []).TryAdd(door.Path, application))
            {
                fault($"{member}.path", $"'{door.Path}' is at {address} already");
            }
        }

        foreach (var twice in doors.Keys.GroupBy(a => a.Port).Where(g => g.Key != 0 && g.Count() > 1))
        {
            fault("probes.doors", $"port {twice.Key} has the addresses {string.Join(" and ", twice.Select(a => a.Address))}; use one");
        }

        return health is null ? null : new ProbeSettings(health, [.. doors.Select(d => new ProbeDoors(d.Key, d.Value.ToFrozenDictionary(StringComparer.Ordinal)))]);
    }
}
