using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Discovery;
using Mesh.ControlPlane.Store;
using Mesh.Model.Compilation;
using Mesh.Model.Identity;
using Mesh.Model.Policies.TrafficPermission;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.ControlPlane.Api;

/// <summary>Services and sidecars as they are now.</summary>
internal static class ServicesApi
{
    private static readonly Access Read = new(ApiScopes.Read, BrowserSession: true);

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/services", ListAsync).WithMetadata(Read);
        api.MapGet("/services/{ns}/{name}", GetAsync).WithMetadata(Read);
        api.MapGet("/proxies", ProxiesAsync).WithMetadata(Read);
        api.MapGet("/inspect/{ns}/{name}", InspectAsync).WithMetadata(Read);
    }

    private static async Task<IResult> ProxiesAsync(HttpContext context, ConfigurationStore store, MeshCompiler compiler, ProxyDirectory directory, IPeerStreams peers)
    {
        await peers.RefreshAsync(context.RequestAborted);

        // In this order: what is settled now was published before the sidecars are looked at.
        var settled = ReferenceEquals(compiler.Current?.Stored, store.Current) && compiler.AreLeasesApplied;
        return Results.Ok(new { settled, proxies = directory.Proxies.Select(ProxyJson.Of) });
    }

    private static async Task<IResult> ListAsync(HttpContext context, MeshCompiler compiler, ProxyDirectory directory, IPeerStreams peers)
    {
        await peers.RefreshAsync(context.RequestAborted);
        if (compiler.Current is not { } state)
        {
            return Results.Ok(new { services = Array.Empty<object>() });
        }

        var proxies = directory.Proxies.ToLookup(p => p.Service);
        return Results.Ok(new { services = state.Configuration.Topology.Services.Values.Select(s => View(state, s, [.. proxies[s.Id]])) });
    }

    private static async Task<IResult> GetAsync(HttpContext context, string ns, string name, MeshCompiler compiler, ProxyDirectory directory, IPeerStreams peers)
    {
        await peers.RefreshAsync(context.RequestAborted);
        if (Find(compiler, ns, name) is not var (state, service))
        {
            return Problems.NotFound($"service {ns}/{name}");
        }

        ProxyView[] proxies = [.. directory.Of(service.Id)];
        return Results.Ok(new
        {
            service = View(state, service, proxies),
            proxies = proxies.Select(ProxyJson.Of),
            upstreams = state.Mesh.Snapshots[service.Id].Outbound.Select(o => new { service = o.Upstream.Service.ToString(), port = o.Upstream.Port, protocol = o.Protocol.ToWord() }),
            callers = state.Mesh.Snapshots[service.Id].Inbound.Select(port => new
            {
                port = port.Port.Port,
                allow = port.Permissions.Allow.Select(Rule),
                deny = port.Permissions.Deny.Select(Rule),
                allowWithShadowDeny = port.Permissions.AllowWithShadowDeny.Select(Rule),
            }),
        });
    }

    private static async Task<IResult> InspectAsync(HttpContext context, string ns, string name, MeshCompiler compiler, ProxyDirectory directory, IPeerStreams peers)
    {
        await peers.RefreshAsync(context.RequestAborted);
        if (Find(compiler, ns, name) is not var (state, service))
        {
            return Problems.NotFound($"service {ns}/{name}");
        }

        return Results.Ok(new
        {
            @namespace = ns,
            service = name,
            compiledAt = state.At,
            refused = state.Refused.GetValueOrDefault(service.Id.ToString()),
            settings = state.Mesh.Explanations[service.Id].Select(Setting),
            proxies = directory.Of(service.Id).Select(ProxyJson.Of),
        });
    }

    private static object View(CompilationState state, Service service, ProxyView[] proxies) => new
    {
        @namespace = service.Id.Namespace,
        name = service.Id.Name,
        spiffeId = SpiffeId.ForService(state.Configuration.Topology.TrustDomain, service.Id).Text,
        labels = service.Labels,
        ports = service.Ports.Select(p => new { name = p.Name, protocol = p.Protocol.ToWord(), external = p.External }),
        uses = service.Uses.Select(e => new { service = e.Callee.ToString(), port = e.Port, origin = OriginView.Of(e.Origin) }),
        health = ServiceHealth.Of(service, proxies),
        replicas = proxies.Count(p => p.Registered is not null),
        ready = proxies.Count(p => p.Registered is { Draining: false } r && service.Ports.All(port => r.Replica.ReadyPorts.Contains(port.Name))),
        origin = OriginView.Of(service.Origin),
    };

    private static object Rule(PermissionRule rule) => new
    {
        principals = rule.Principals.Select(p => p.IsPrefix ? $"{p.Value}*" : p.Value),
        anyone = rule is { Anyone: true, Principals.IsEmpty: true },
        requests = rule.Requests.Select(r => new
        {
            method = r.Method,
            path = r.Path?.Value,
            pathType = r.Path?.Kind.ToString(),
            headers = r.Headers.Select(h => new { name = h.Name, type = h.Kind.ToString(), value = h.Value }),
        }),
        token = rule.Token is null ? null : PermissionText.Of(rule.Token),
        origin = OriginView.Of(rule.Origin),
    };

    private static object Setting(AppliedSetting setting) =>
        new { where = setting.Where, setting = setting.Setting, value = setting.Value, origin = OriginView.Of(setting.Origin) };

    private static (CompilationState State, Service Service)? Find(MeshCompiler compiler, string ns, string name) =>
        compiler.Current is { } state && state.Configuration.Topology.Services.TryGetValue(new ServiceId(ns, name), out var service) ? (state, service) : null;
}
