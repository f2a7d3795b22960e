using Aspire.Hosting;
using Mesh.Hosting.Exports;

namespace Mesh.Hosting;

/// <summary>How the mesh of an AppHost is set up.</summary>
[AspireDto]
public sealed class MeshOptions
{
    /// <summary>The trust domain of every identity: lower-case letters, digits, dots, hyphens and underscores. Default: the AppHost's name, or its folder's where it is file-based or in another language, such as <c>shop.apphost.local</c>.</summary>
    public string? TrustDomain { get; set; }

    /// <summary>The namespace of every service. Default: <c>default</c>.</summary>
    public string Namespace { get; set; } = "default";

    /// <summary>How long a certificate lives, 10 s to 24 h. It is renewed at half of that. Default: 1 h, SPIRE's.</summary>
    [Milliseconds]
    public TimeSpan CertificateLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Directory of YAML and JSON policies that is watched, relative to the AppHost's. Files beat policies of the AppHost with the same name.
    /// Default: <see langword="null"/>, none.
    /// </summary>
    public string? PoliciesDirectory { get; set; }

    /// <summary>TCP port of the control plane's API and page on loopback. Default: <see langword="null"/>, 15014 where that is free, else any; always any in tests.</summary>
    public int? ApiPort { get; set; }

    /// <summary>
    /// Directory for keys, certificates, what the API applied and the ports that were given out. Default: <see langword="null"/>, the AppHost's Aspire store
    /// (in its <c>obj</c>); in tests a temporary one, which goes away with the app.
    /// </summary>
    public string? StateDirectory { get; set; }

    /// <summary>The proxy, native or a DLL. Default: <see langword="null"/>, the one that came with the package.</summary>
    public string? ProxyPath { get; set; }

    /// <summary>The control plane, native or a DLL. Default: <see langword="null"/>, the one that came with the package.</summary>
    public string? ControlPlanePath { get; set; }

    /// <summary>Least level that sidecars and control plane log: Trace, Debug, Information, Warning or Error. Default: Information.</summary>
    public string LogLevel { get; set; } = "Information";

    /// <summary>
    /// Whether the pods of a published app may connect to nothing but the mesh, DNS and what is declared, where the cluster's network enforces it. Default: false, nothing is closed.
    /// </summary>
    public bool EgressPolicy { get; set; }

    /// <summary>Whether sidecars are left out of the dashboard's list, so that an app of five services looks like five services. Default: shown, under their service.</summary>
    public bool HideSidecars { get; set; }
}
