using System.Diagnostics;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mesh.Benchmarks.Candidates;
using Mesh.Benchmarks.Certificates;
using Mesh.Benchmarks.Machine;
using Mesh.Benchmarks.Native;
using Mesh.Model.Bootstrap;

namespace Mesh.Benchmarks.RouteChanges;

/// <summary>The real control plane, alone on the proxies' core, with a synthetic mesh to serve.</summary>
internal sealed class ControlPlane : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly HttpClient _api;
    private readonly string _sources;

    private ControlPlane(ChildProcess process, string grpc, Uri api, string token, string sources)
    {
        Process = process;
        Grpc = grpc;
        _sources = sources;
        _api = new HttpClient { BaseAddress = api, Timeout = Limit };
        _api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public ChildProcess Process { get; }

    /// <summary><c>ip:port</c> of discovery.</summary>
    public string Grpc { get; }

    /// <summary>Why it cannot run here; <see langword="null"/> when it can.</summary>
    public static string? Missing(string repository) => File.Exists(Program(repository)) ? null : "no control plane was laid out; `./build.sh bench` does it";

    /// <summary>Starts it and waits until it has published the mesh.</summary>
    public static ControlPlane Start(string repository, Workplace workplace, SyntheticMesh mesh)
    {
        var folder = workplace.NewFolder("control-plane");
        var sources = Directory.CreateDirectory(Path.Combine(folder, "sources")).FullName;
        File.WriteAllText(Path.Combine(sources, "services.yaml"), mesh.Topology());
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var settings = new ControlPlaneSettings
        {
            TrustDomain = BenchCertificates.TrustDomain,
            StateDirectory = Path.Combine(folder, "state"),
            GrpcAddress = $"127.0.0.1:{workplace.Ports.Take()}",
            ApiAddress = $"127.0.0.1:{workplace.Ports.Take()}",
            Sources = [new ConfigurationSource(sources, "files")],
            ApiTokens = [new ApiToken { Name = "bench", Token = token, Scopes = ["read", "apply", "token"] }],
            Authority = new AuthorityFiles
            {
                CertificateFile = workplace.Certificates.SignerFile,
                KeyFile = workplace.Certificates.SignerKeyFile,
                RootFiles = [workplace.Certificates.RootFile],
            },
        };
        var file = Path.Combine(folder, "control-plane.json");
        SecretFile.Write(file, JsonSerializer.Serialize(settings, BootstrapJson.Default.ControlPlaneSettings));
        var process = ChildProcess.Start(Cores.Proxies, "dotnet", Program(repository), "--config", file);
        var plane = new ControlPlane(process, settings.GrpcAddress, new Uri($"http://{settings.ApiAddress}"), token, sources);
        plane.WaitUntilReady();
        return plane;
    }

    /// <summary>A token with which a sidecar gets its first certificate.</summary>
    public string TokenFor(string service)
    {
        using var answer = Post("/api/v1/tokens", $$"""{"service":"{{service}}"}""", "application/json");
        return JsonDocument.Parse(answer.Content.ReadAsStream()).RootElement.GetProperty("token").GetString()!;
    }

    /// <summary>Writes the route over the API.</summary>
    /// <returns>When the change began, and how long its answer took.</returns>
    public (long Stamp, TimeSpan Answered) Apply() => Apply(SyntheticMesh.Route);

    /// <summary>Writes a document over the API.</summary>
    /// <param name="document">Makes it for when the change began.</param>
    /// <returns>When the change began, and how long its answer took.</returns>
    public (long Stamp, TimeSpan Answered) Apply(Func<long, string> document)
    {
        var stamp = Stopwatch.GetTimestamp();
        using var answer = Post("/api/v1/policies", document(stamp), "application/yaml");
        return (stamp, Stopwatch.GetElapsedTime(stamp));
    }

    /// <summary>Takes back what the API wrote, so that files count.</summary>
    public void Withdraw()
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"/api/v1/policies/HttpRoute/bench/{SyntheticMesh.RouteName}");
        using var response = _api.Send(request);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Saves the route as a file, as an editor does: written beside it and put in its place.</summary>
    /// <returns>When the change began.</returns>
    public long Save()
    {
        var stamp = Stopwatch.GetTimestamp();
        var file = Path.Combine(_sources, "route.yaml");
        File.WriteAllText(file + "~", SyntheticMesh.Route(stamp));
        File.Move(file + "~", file, overwrite: true);
        return stamp;
    }

    public void Dispose()
    {
        _api.Dispose();
        Process.Dispose();
    }

    private static string Program(string repository) => Path.Combine(repository, "artifacts", "mesh", "control-plane", "mesh-control-plane.dll");

    private HttpResponseMessage Post(string path, string body, string type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, type) };
        var response = _api.Send(request);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            using var reader = new StreamReader(response.Content.ReadAsStream());
            throw new InvalidOperationException($"{path} was refused with {response.StatusCode}: {reader.ReadToEnd()}");
        }
    }

    private void WaitUntilReady()
    {
        while (Stopwatch.GetElapsedTime(Process.StartedAt) < Limit && !Process.HasExited)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/healthz/ready");
                using var response = _api.Send(request);
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            Libc.SleepUntil(Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 100));
        }

        Dispose();
        throw new InvalidOperationException($"the control plane did not become ready: {Process.Output}");
    }
}
