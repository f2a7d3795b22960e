namespace Mesh.Benchmarks.Candidates;

/// <summary>Two haproxy processes that carry bytes; each connection is one TLS session between them.</summary>
/// <param name="resume">Whether TLS sessions may be resumed, which is haproxy's default and spares the certificates.</param>
internal sealed class HaproxyTcpPair(bool resume) : Candidate
{
    private readonly string? _version = FirstLine("haproxy");

    public override string Name => resume ? "haproxy tcp" : "haproxy tcp, full handshakes";

    public override Wire Wire => Wire.Tcp;

    public override string Version => _version ?? "";

    public override string SwitchedOn => "1 thread, peer name checked, "
        + (resume ? "TLS session resumption (default)" : "no TLS session resumption (no-ssl-reuse, no-tls-tickets)")
        + "; no identity rule, no metrics, no logs";

    public override string? Missing => _version is null ? "haproxy is not installed; `apt-get install haproxy` brings it" : null;

    public override PairPlan Prepare(Workplace workplace)
    {
        var folder = workplace.NewFolder(resume ? "haproxy-tcp" : "haproxy-tcp-full");
        var entry = workplace.Ports.Take();
        var door = workplace.Ports.Take();
        var near = Path.Combine(folder, "near.cfg");
        File.WriteAllText(near, $"""
            {HaproxyConfiguration.Head("tcp")}
            listen callers
              bind 127.0.0.1:{entry}
              server peer 127.0.0.1:{door} {HaproxyConfiguration.ToPeer(workplace.Certificates)}{(resume ? "" : " no-ssl-reuse")}

            """);
        var far = Path.Combine(folder, "far.cfg");
        File.WriteAllText(far, $"""
            {HaproxyConfiguration.Head("tcp")}
            listen door
              bind 127.0.0.1:{door} {HaproxyConfiguration.Door(workplace.Certificates)}{(resume ? "" : " no-tls-tickets")}
              server app {workplace.Upstream}

            """);
        return HaproxyConfiguration.Plan(entry, near, far);
    }
}
