using System.Net;

namespace Mesh.Benchmarks.Candidates;

/// <summary>Two nginx processes, HTTP/1.1 between them: nginx of this age speaks nothing newer to an upstream.</summary>
internal sealed class NginxPair : Candidate
{
    private readonly string? _version = FirstLine("nginx");

    public override string Name => "nginx h1";

    public override Wire Wire => Wire.Http;

    public override string Version => _version ?? "";

    public override string SwitchedOn => "1 process, keep-alive pools (128), peer name checked; no routing rules, no identity rule, no metrics, no logs";

    public override string? Missing => _version is null ? "nginx is not installed; `apt-get install nginx-light` brings it" : null;

    public override PairPlan Prepare(Workplace workplace)
    {
        var folder = workplace.NewFolder("nginx");
        var entry = workplace.Ports.Take();
        var door = workplace.Ports.Take();
        var certificates = workplace.Certificates;
        var near = Path.Combine(folder, "near.conf");
        File.WriteAllText(near, Configuration(folder, "near", $"127.0.0.1:{door}", $"""
                listen 127.0.0.1:{entry};
                location / [
                  proxy_pass https://next;
                  proxy_ssl_protocols TLSv1.3;
                  proxy_ssl_certificate {certificates.Caller.ChainFile};
                  proxy_ssl_certificate_key {certificates.Caller.KeyFile};
                  proxy_ssl_trusted_certificate {certificates.RootFile};
                  proxy_ssl_verify on;
                  proxy_ssl_verify_depth 2;
                  proxy_ssl_server_name on;
                  proxy_ssl_name {certificates.Callee.DnsName};
                ]
            """));
        var far = Path.Combine(folder, "far.conf");
        File.WriteAllText(far, Configuration(folder, "far", workplace.Upstream.ToString(), $"""
                listen 127.0.0.1:{door} ssl;
                ssl_protocols TLSv1.3;
                ssl_certificate {certificates.Callee.ChainFile};
                ssl_certificate_key {certificates.Callee.KeyFile};
                ssl_client_certificate {certificates.RootFile};
                ssl_verify_client on;
                ssl_verify_depth 2;
                location / [
                  proxy_pass http://next;
                ]
            """));
        return new PairPlan(
            new IPEndPoint(IPAddress.Loopback, entry),
            new CommandLine("nginx", "-p", folder, "-e", "stderr", "-c", near),
            new CommandLine("nginx", "-p", folder, "-e", "stderr", "-c", far));
    }

    // nginx closes a connection after 1000 requests unless told otherwise; that would measure handshakes.
    private static string Configuration(string folder, string side, string next, string server) => $$"""
        daemon off;
        master_process off;
        error_log stderr crit;
        pid {{folder}}/{{side}}.pid;
        events {
          worker_connections 4000;
        }
        http {
          access_log off;
          keepalive_requests 1000000000;
          client_body_temp_path {{folder}}/{{side}}-body;
          proxy_temp_path {{folder}}/{{side}}-proxy;
          fastcgi_temp_path {{folder}}/{{side}}-fastcgi;
          uwsgi_temp_path {{folder}}/{{side}}-uwsgi;
          scgi_temp_path {{folder}}/{{side}}-scgi;
          proxy_http_version 1.1;
          proxy_set_header Connection "";
          proxy_set_header Host $host;
          proxy_max_temp_file_size 0;
          upstream next {
            server {{next}};
            keepalive 128;
            keepalive_requests 1000000000;
          }
          server {
        {{server.Replace('[', '{').Replace(']', '}')}}
          }
        }

        """;
}
