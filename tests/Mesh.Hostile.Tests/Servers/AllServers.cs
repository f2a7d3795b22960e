using Mesh.Model.Snapshots;

namespace Mesh.Hostile.Tests.Servers;

/// <summary>The mesh and those it is compared with, started once for all messages.</summary>
public sealed class AllServers : IAsyncLifetime
{
    private KestrelAlone? _kestrel;
    private ForeignProcess? _nginx;
    private ForeignProcess? _haproxy;

    /// <summary>Where a permission names a path.</summary>
    internal MeshDoors Guarded { get; private set; } = null!;

    /// <summary>Without permissions of paths, and with HTTP/2 between the sidecars.</summary>
    internal MeshDoors Plain { get; private set; } = null!;

    /// <summary>Where a route names a path.</summary>
    internal MeshDoors Routed { get; private set; } = null!;

    /// <summary>Others, where HTTP/1.1 is spoken.</summary>
    internal IReadOnlyList<Target> OthersHttp1 => [_kestrel!.Http1, .. new[] { _nginx, _haproxy }.OfType<ForeignProcess>().Select(p => p.Http1)];

    /// <summary>Others, where HTTP/2 is spoken.</summary>
    internal IReadOnlyList<Target> OthersHttp2 => [_kestrel!.Http2, .. new[] { _nginx, _haproxy }.OfType<ForeignProcess>().Select(p => p.Http2)];

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        _kestrel = await KestrelAlone.StartAsync();
        _nginx = await ForeignProcess.StartNginxAsync();
        _haproxy = await ForeignProcess.StartHaproxyAsync();
        Guarded = await MeshDoors.StartAsync("mesh with a path permission", WireProtocol.Http1, MeshDoors.NoAdmin);
        Plain = await MeshDoors.StartAsync("mesh over HTTP/2", WireProtocol.Http2);
        Routed = await MeshDoors.StartAsync("mesh with a route", WireProtocol.Http1, rules: MeshDoors.AdminIsElsewhere);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Guarded.DisposeAsync();
        await Plain.DisposeAsync();
        await Routed.DisposeAsync();
        await _kestrel!.DisposeAsync();
        await (_nginx?.DisposeAsync() ?? default);
        await (_haproxy?.DisposeAsync() ?? default);
    }
}
