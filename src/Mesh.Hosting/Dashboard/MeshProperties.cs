using System.Collections.Immutable;
using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Running;
using Mesh.Model.Planning;

namespace Mesh.Hosting.Dashboard;

/// <summary>What the dashboard shows of the mesh and its sidecars, as properties.</summary>
internal static class MeshProperties
{
    /// <summary>The property that says why a process ended.</summary>
    public const string FailureName = "mesh.failure";

    // After what Aspire itself shows of a process.
    private const int First = 100;
    private const int LintFrom = 120;
    private const int EdgesFrom = 200;

    // Aspire's own name for it; it is not public.
    private const string ParentName = "resource.parentName";

    /// <summary>Of the mesh: who it is, how its sidecars are, and what became of every edge.</summary>
    public static IEnumerable<ResourcePropertySnapshot> Of(RunningMesh running, MeshStatus status)
    {
        var planned = running.Plan.Workloads.SelectMany(w => w.Replicas.Where(r => r.HasSidecar).Select(r => (w.Service.Id, Replica: r.Name))).ToList();
        var live = planned.Count(p => status.Of(p.Id, p.Replica).IsLive);
        yield return Shown("mesh.trustDomain", "Trust domain", running.TrustDomain.Name, First);
        yield return Shown("mesh.version", "Version", Version, First + 1);
        yield return Shown("mesh.sidecars", "Sidecars", string.Create(CultureInfo.InvariantCulture, $"{live} of {planned.Count} live"), First + 2);
        yield return Shown("mesh.status", "Control plane", status.Error ?? (status.IsSettled ? "everything that was declared is published" : "publishing"), First + 3);
        foreach (var (finding, i) in running.Findings.Select((f, i) => (f, i)))
        {
            yield return Shown($"mesh.lint.{i}", $"{finding.Rule.Id} {finding.Rule.Name}", $"{finding.Origin.Location}: {finding}", LintFrom + i);
        }

        foreach (var (edge, i) in running.Plan.Edges.Select((e, i) => (e, i)))
        {
            yield return Shown(EdgeName(edge), EdgeTitle(edge), EdgeText(edge), EdgesFrom + i);
        }
    }

    /// <summary>Of a sidecar.</summary>
    public static IEnumerable<ResourcePropertySnapshot> Of(SidecarStatus sidecar, MeshStatus status)
    {
        yield return Shown("mesh.state", "Mesh state", status.Error is { } gone ? $"{sidecar.State} (last known: {gone})" : sidecar.State, First);
        yield return Shown("mesh.configuration", "Configuration", Configuration(sidecar), First + 1);
        yield return Shown("mesh.errors", "Refused configuration", string.Join("; ", sidecar.Errors.Select(e => $"{e.Key}: {e.Value}")) is { Length: > 0 } errors ? errors : "none", First + 2);
        yield return Shown("mesh.certificate", "Certificate ends", sidecar.CertificateExpires?.ToString("u", CultureInfo.InvariantCulture) ?? "", First + 3);
        yield return Shown("mesh.readyPorts", "App accepts", sidecar.ReadyPorts.IsEmpty ? "nothing yet" : string.Join(", ", sidecar.ReadyPorts), First + 4);
        yield return Shown("mesh.version", "Version", Short(sidecar.ProxyVersion ?? ""), First + 5);
    }

    /// <summary>Of a process that failed: when, and its last error.</summary>
    public static ResourcePropertySnapshot Failure(string text) => Shown(FailureName, "Last failure", text, 0);

    /// <summary>Which instance of its service a sidecar stands under: Aspire puts the sidecars of all replicas under the first one.</summary>
    public static ResourcePropertySnapshot Parent(string instance) => new(ParentName, instance);

    /// <summary>Puts properties in the place of those of the same names.</summary>
    public static ImmutableArray<ResourcePropertySnapshot> Set(ImmutableArray<ResourcePropertySnapshot> properties, IEnumerable<ResourcePropertySnapshot> changes)
    {
        var result = properties.ToList();
        foreach (var change in changes)
        {
            var at = result.FindIndex(p => p.Name == change.Name);
            if (at < 0)
            {
                result.Add(change);
            }
            else
            {
                result[at] = change;
            }
        }

        return [.. result];
    }

    private static string Version { get; } =
        typeof(MeshProperties).Assembly.GetCustomAttributes(typeof(System.Reflection.AssemblyInformationalVersionAttribute), false) is [System.Reflection.AssemblyInformationalVersionAttribute version, ..]
            ? Short(version.InformationalVersion)
            : "";

    // A version ends with the commit it was built from.
    private static string Short(string version) => version.IndexOf('+', StringComparison.Ordinal) is >= 0 and var at && version.Length > at + 8 ? version[..(at + 8)] : version;

    private static string Configuration(SidecarStatus sidecar)
    {
        var versions = string.Join(", ", sidecar.Versions.Select(v => $"{v.Key} {(v.Value.Length > 8 ? v.Value[..8] : v.Value)}"));
        return (versions.Length, sidecar.IsCurrent) switch
        {
            (0, _) => "none yet",
            (_, true) => $"current: {versions}",
            (_, false) => $"catching up, live: {versions}",
        };
    }

    private static string EdgeName(PlannedEdge edge) => $"mesh.edge.{edge.Caller}>{edge.Callee}{(edge.Port is null ? "" : $"/{edge.Port}")}";

    private static string EdgeTitle(PlannedEdge edge) => $"{edge.Caller.Name} → {edge.Callee.Name}{(edge.Port is null ? "" : $"/{edge.Port}")}";

    private static string EdgeText(PlannedEdge edge) => $"{edge.Outcome.ToString().ToUpperInvariant()}{(edge.Reason is null ? "" : $": {edge.Reason}")}";

    private static ResourcePropertySnapshot Shown(string name, string title, string value, int order) => new(name, value) { DisplayName = title, IsHighlighted = true, SortOrder = order };
}
