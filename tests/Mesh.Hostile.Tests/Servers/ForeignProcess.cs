using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Mesh.Testing;

namespace Mesh.Hostile.Tests.Servers;

/// <summary>A server of somebody else's, as a process of its own in front of a recording backend.</summary>
internal sealed class ForeignProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly RecordingBackend _backend;
    private readonly DirectoryInfo _folder;

    private ForeignProcess(string name, Process process, RecordingBackend backend, DirectoryInfo folder, IPEndPoint http1, IPEndPoint http2)
    {
        _process = process;
        _backend = backend;
        _folder = folder;
        Http1 = new Target(name, () => HostileConnection.OpenAsync(http1), backend.Recording, TimeSpan.FromSeconds(2));
        Http2 = new Target(name, () => HostileConnection.OpenAsync(http2), backend.Recording, TimeSpan.FromSeconds(2));
    }

    /// <summary>Where it speaks HTTP/1.1.</summary>
    public Target Http1 { get; }

    /// <summary>Where it speaks HTTP/2 with prior knowledge.</summary>
    public Target Http2 { get; }

    /// <summary>Starts nginx, or says by <see langword="null"/> that it is not here. Its defaults, but for what a forwarding server has to be told.</summary>
    public static Task<ForeignProcess?> StartNginxAsync() => StartAsync("nginx", (folder, http1, http2, backend) => $$"""
        daemon off;
        master_process off;
        error_log stderr crit;
        pid {{folder}}/pid;
        events { worker_connections 500; }
        http {
          access_log off;
          client_body_temp_path {{folder}}/body;
          proxy_temp_path {{folder}}/proxy;
          fastcgi_temp_path {{folder}}/fastcgi;
          uwsgi_temp_path {{folder}}/uwsgi;
          scgi_temp_path {{folder}}/scgi;
          server {
            listen 127.0.0.1:{{http1}};
            listen 127.0.0.1:{{http2}} http2;
            location /admin { return 403; }
            location / {
              proxy_http_version 1.1;
              proxy_set_header Host $http_host;
              proxy_set_header Connection "";
              proxy_pass http://{{backend}};
            }
          }
        }
        """, folder => ["-p", folder, "-e", "stderr", "-c", Path.Combine(folder, "configuration")]);

    /// <summary>Starts haproxy, or says by <see langword="null"/> that it is not here.</summary>
    public static Task<ForeignProcess?> StartHaproxyAsync() => StartAsync("haproxy", (_, http1, http2, backend) => $"""
        global
          maxconn 500
          nbthread 1
        defaults
          mode http
          timeout client 20s
          timeout server 20s
          timeout connect 5s
        frontend front
          bind 127.0.0.1:{http1}
          bind 127.0.0.1:{http2} proto h2
          http-request deny deny_status 403 if [ path_beg /admin ]
          default_backend app
        backend app
          server app {backend}

        """.Replace('[', '{').Replace(']', '}'), folder => ["-db", "-f", Path.Combine(folder, "configuration")]);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _backend.Dispose();
        _folder.Delete(recursive: true);
    }

    private static async Task<ForeignProcess?> StartAsync(string program, Func<string, int, int, IPEndPoint, string> configuration, Func<string, string[]> arguments)
    {
        if (MachineProgram.Find(program) is not { } path)
        {
            return null;
        }

        for (var attempt = 1; ; attempt++)
        {
            var backend = new RecordingBackend();
            var folder = Directory.CreateTempSubdirectory($"mesh-{program}-");
            var (http1, http2) = (FreePort(), FreePort());
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "configuration"), configuration(folder.FullName, http1.Port, http2.Port, backend.Address));
            var process = Process.Start(new ProcessStartInfo(path, arguments(folder.FullName)) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            var complaints = process.StandardError.ReadToEndAsync();
            _ = process.StandardOutput.ReadToEndAsync();
            var started = new ForeignProcess(program, process, backend, folder, http1, http2);
            if (await ListensAsync(process, http1) && await ListensAsync(process, http2))
            {
                backend.Recording.Take();
                return started;
            }

            // Somebody took the port in between, once; anything else is a fault of the configuration.
            await started.DisposeAsync();
            Assert.True(attempt < 3, $"{program} did not start: {await complaints}");
        }
    }

    private static IPEndPoint FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }

    private static async Task<bool> ListensAsync(Process process, IPEndPoint address)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!process.HasExited)
        {
            try
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(address, limit.Token);
                return true;
            }
            catch (SocketException)
            {
                await again.WaitForNextTickAsync(limit.Token);
            }
        }

        return false;
    }
}
