namespace Mesh.Benchmarks.Candidates;

/// <summary>Two haproxy processes of one thread each, HTTP/1.1 or HTTP/2 between them.</summary>
internal sealed class HaproxyPair(bool http2) : Candidate
{
    private readonly string? _version = FirstLine("haproxy");

    public override string Name => http2 ? "haproxy h2" : "haproxy h1";

    public override Wire Wire => Wire.Http;

    public override string Version => _version ?? "";

    public override string SwitchedOn => "1 thread, keep-alive pools (http-reuse always), peer name checked; no routing rules, no identity rule, no metrics, no logs";

    public override string? Missing => _version is null ? "haproxy is not installed; `apt-get install haproxy` brings it" : null;

    public override PairPlan Prepare(Workplace workplace)
    {
        var folder = workplace.NewFolder(Name.Replace(' ', '-'));
        var entry = workplace.Ports.Take();
        var door = workplace.Ports.Take();
        var protocol = http2 ? "h2" : "http/1.1";
        var near = Path.Combine(folder, "near.cfg");
        File.WriteAllText(near, $"""
            {HaproxyConfiguration.Head("http")}
              option http-keep-alive
            frontend callers
              bind 127.0.0.1:{entry}
              default_backend peer
            backend peer
              http-reuse always
              server peer 127.0.0.1:{door} {HaproxyConfiguration.ToPeer(workplace.Certificates)} alpn {protocol}

            """);
        var far = Path.Combine(folder, "far.cfg");
        File.WriteAllText(far, $"""
            {HaproxyConfiguration.Head("http")}
              option http-keep-alive
            frontend door
              bind 127.0.0.1:{door} {HaproxyConfiguration.Door(workplace.Certificates)} alpn {protocol}
              default_backend app
            backend app
              http-reuse always
              server app {workplace.Upstream}

            """);
        return HaproxyConfiguration.Plan(entry, near, far);
    }
}
