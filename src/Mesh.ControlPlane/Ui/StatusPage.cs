using System.Globalization;
using Mesh.ControlPlane.Api;
using Mesh.ControlPlane.Authority;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Discovery;
using Mesh.ControlPlane.Store;
using Mesh.Model.Bootstrap;

namespace Mesh.ControlPlane.Ui;

/// <summary>The page for people: what runs, who may call whom, what is wrong. Rendered here, refreshed by itself, no secret on it.</summary>
internal sealed class StatusPage(
    MeshCompiler compiler,
    FaultLeases faults,
    Recordings recordings,
    ConfigurationStore store,
    ProxyDirectory directory,
    RevocationWatch revocations,
    ISigningAuthority authority,
    ControlPlaneSettings settings,
    TimeProvider time)
{
    /// <summary>Maps <c>/</c>.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", (StatusPage page) => Results.Content(page.Render().Text, "text/html; charset=utf-8")).WithMetadata(new Access(ApiScopes.Read, BrowserSession: true));
        routes.MapGet("/status.js", () => Results.Text(StatusScript.Text, "text/javascript; charset=utf-8")).WithMetadata(Access.Anyone);
    }

    /// <summary>The page as of now.</summary>
    public Html Render() => Html.Of($"""
        <!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Mesh · {settings.TrustDomain}</title>
        <style>{new Html(StatusStyle.Text)}</style><script src="/status.js" defer></script></head><body><main>{Body()}</main></body></html>
        """);

    private Html Body()
    {
        if (compiler.Current is not { } state)
        {
            return Html.Of($"<h1>Mesh</h1><p class=\"soft\">The first snapshot is being made.</p>");
        }

        var now = time.GetUtcNow();
        var proxies = directory.Proxies;
        var services = state.Configuration.Topology.Services.Values.ToArray();
        var healthy = services.Count(s => ServiceHealth.Of(s, [.. proxies.Where(p => p.Service == s.Id)]) == ServiceHealth.Healthy);
        var mistakes = store.Current.Entries.Count(f => !f.IsGood) + state.Refused.Count;
        return Html.Of($"""
            <header><h1>Mesh <span class="soft">{settings.TrustDomain}</span></h1>
            <div class="soft">Configuration published {state.At.ToString("HH:mm:ss", CultureInfo.InvariantCulture)} UTC</div></header>
            <div class="tiles">
            {Tile($"{healthy}/{services.Length}", "services healthy", healthy == services.Length)}
            {Tile($"{proxies.Count(p => p.IsCurrent)}/{proxies.Length}", "sidecars up to date", proxies.All(p => p.IsCurrent))}
            {Tile($"{proxies.Count(p => !p.Errors.IsEmpty)}", "refusals", proxies.All(p => p.Errors.IsEmpty))}
            {Tile($"{mistakes}", "files with mistakes", mistakes == 0)}
            {Tile($"{state.Warnings.Count()}", "warnings", !state.Warnings.Any())}
            </div>
            {FaultTable.Render(faults.Live, now)}
            {Recording()}
            {Alarms()}
            <h2>Services</h2>{ServiceCards.Render(state, proxies)}
            <h2>Who may call whom</h2>{EdgeTable.Render(state)}
            <h2>Sidecars</h2>{ProxyTable.Render(proxies, now)}
            <h2>Policies and files</h2>{PolicyTable.Render(state, store.Current)}
            <footer>Roots: {string.Join(", ", authority.Current.Bundle.Roots.Select(CertificatePem.Id))} · signer until {authority.Current.Signer.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}</footer>
            """);
    }

    private Html Recording() => recordings.Latest is { EndedAt: null } recording
        ? Html.Of($"<div class=\"card\">Recording <b class=\"mono\">{recording.Id}</b> by {recording.By} since {recording.StartedAt.ToString("HH:mm:ss", CultureInfo.InvariantCulture)} UTC: sidecars note who asks what of whom.</div>")
        : default;

    private Html Alarms() => Html.Join(revocations.Alarms.Select(a => Html.Of(
        $"<div class=\"alarm\"><b>{a.Service} {a.Replica}</b> has not acknowledged what it may let in: it may still let in whom it should not.</div>")));

    private static Html Tile(string value, string what, bool good) =>
        Html.Of($"<div class=\"tile\"><b class=\"{(good ? "t-good" : "t-bad")}\">{value}</b><span class=\"soft\">{what}</span></div>");
}
