using System.Collections.Immutable;
using Mesh.ControlPlane.Api;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Discovery;
using Mesh.Model.Topology;

namespace Mesh.ControlPlane.Ui;

/// <summary>A card for each service with its ports and replicas.</summary>
internal static class ServiceCards
{
    public static Html Render(CompilationState state, ImmutableArray<ProxyView> proxies)
    {
        var topology = state.Configuration.Topology;
        if (topology.Services.IsEmpty)
        {
            return Html.Of($"<div class=\"card empty\">No service is declared yet: put a document of kind Service into a watched directory.</div>");
        }

        var leftOut = EndpointView.All(topology, proxies).Where(e => !e.LeftOutBy.IsEmpty).ToLookup(e => new ServiceId(e.Namespace, e.Service));
        var cards = topology.Services.Values.Select(s => Card(s, [.. proxies.Where(p => p.Service == s.Id)], state.Refused.GetValueOrDefault(s.Id.ToString()), [.. leftOut[s.Id]]));
        return Html.Of($"<div class=\"grid\">{Html.Join(cards)}{Html.Join(topology.ExternalServices.Values.Select(s => External(s, [.. leftOut[s.Id]])))}</div>");
    }

    private static Html Card(Service service, ProxyView[] proxies, string? refused, EndpointView[] leftOut)
    {
        var health = ServiceHealth.Of(service, proxies);
        var colour = health switch { ServiceHealth.Healthy => "good", ServiceHealth.Degraded => "warn", _ => "bad" };
        return Html.Of($"""
            <div class="card"><h3><span class="dot {colour}" title="{health}"></span>{Name(service.Id)}<span class="soft">{(health == ServiceHealth.Healthy ? "" : health)}</span></h3>
            {Html.Join(service.Ports.Select(p => Html.Of($"<span class=\"chip\">{Port(p)}{(p.External ? " · external" : "")}</span>")))}
            {(refused is null ? default : Html.Of($"<div class=\"t-bad\">{refused}</div>"))}
            <ul>{Html.Join(proxies.Select(p => Replica(service, p)))}{LeftOut(leftOut)}</ul></div>
            """);
    }

    private static Html Replica(Service service, ProxyView proxy)
    {
        if (proxy.Registered is not { } registered)
        {
            return Html.Of($"<li><span>{proxy.Replica}</span><span class=\"t-warn\">not registered</span></li>");
        }

        var waiting = service.Ports.Where(p => !registered.Replica.ReadyPorts.Contains(p.Name)).Select(p => p.Name).ToArray();
        var (colour, word) = registered.Draining ? ("t-warn", "draining") : waiting.Length == 0 ? ("t-good", "ready") : ("t-bad", $"waits for {string.Join(", ", waiting)}");
        return Html.Of($"<li><span>{proxy.Replica} <span class=\"mono soft\">{registered.Replica.Address}:{registered.Replica.Port}</span></span><span class=\"{colour}\">{word}</span></li>");
    }

    // Who is ready for the mesh and yet not called by everyone: the reason is the callers' own.
    private static Html LeftOut(EndpointView[] endpoints) => Html.Join(endpoints.Select(e => Html.Of(
        $"<li><span>{e.Replica} <span class=\"soft\">{e.Port}</span></span><span class=\"t-warn\" title=\"{string.Join("; ", e.LeftOutBy.Take(10).Select(o => $"{o.Name}: {o.State}, {o.Reason}"))}\">left out by {Callers(e)}</span></li>")));

    private static string Callers(EndpointView endpoint) => endpoint.LeftOutBy is [var only] ? only.Name[(only.Name.IndexOf('#', StringComparison.Ordinal) + 1)..] : $"{endpoint.LeftOutBy.Length} callers";

    private static Html External(ExternalService service, EndpointView[] leftOut) => Html.Of($"""
        <div class="card"><h3><span class="dot"></span>{Name(service.Id)}<span class="soft">outside the mesh</span></h3>
        {Html.Join(service.Ports.Select(p => Html.Of($"<span class=\"chip\">{(p.Name == p.Protocol.ToWord() ? p.Name : $"{p.Name} {p.Protocol.ToWord()}")} → {p.Host}:{p.Port}</span>")))}<ul>{LeftOut(leftOut)}</ul></div>
        """);

    private static string Port(ServicePort port) => port.Name == port.Protocol.ToWord() ? port.Name : $"{port.Name} {port.Protocol.ToWord()}";

    /// <summary>The service's name, with its namespace where that is not the usual one.</summary>
    internal static string Name(ServiceId id) => id.Namespace == ServiceId.DefaultNamespace ? id.Name : id.ToString();
}
