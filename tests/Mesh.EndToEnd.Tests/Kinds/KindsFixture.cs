using Mesh.EndToEnd.Tests.Running;
using Mesh.Testing;

[assembly: AssemblyFixture(typeof(Mesh.EndToEnd.Tests.Kinds.KindsFixture))]

namespace Mesh.EndToEnd.Tests.Kinds;

/// <summary>One mesh for all kinds of policies: front calls back (two replicas), next, auth, two databases and a bank outside; started by the first test that asks.</summary>
public sealed class KindsFixture : IAsyncDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private readonly Lazy<Task<MeshUp>> _mesh;

    public KindsFixture() => _mesh = new(StartAsync);

    /// <summary>The bank: outside the mesh, behind TLS, and asks for a certificate.</summary>
    internal Bank Bank { get; } = new();

    internal Task<MeshUp> MeshAsync() => _mesh.Value;

    /// <summary>Calls until an answer is as it should be.</summary>
    internal static Task<CallResult> UntilAsync(Func<Task<CallResult>> call, Func<CallResult, bool> isIt) => Eventually.GetAsync(call, isIt, Soon);

    /// <summary>Calls ten times at once until all of them are answered as they should be.</summary>
    internal static Task<CallResult[]> UntilAllAsync(Func<Task<CallResult>> call, Func<CallResult[], bool> areThey) =>
        Eventually.GetAsync(() => Task.WhenAll(Enumerable.Range(0, 10).Select(_ => call())), areThey, Soon, answers => string.Join('\n', answers.Select(a => a.ToString())));

    public async ValueTask DisposeAsync()
    {
        if (_mesh.IsValueCreated && _mesh.Value.IsCompletedSuccessfully)
        {
            await (await _mesh.Value).DisposeAsync();
        }

        await Bank.DisposeAsync();
    }

    private async Task<MeshUp> StartAsync()
    {
        var mesh = await MeshUp.StartAsync(await AppFileAsync());
        var front = mesh.App("front");
        await front.ReachesAsync("{BACK_HTTP}/who", replicas: 2);
        await front.ReachesAsync("{NEXT_HTTP}/who");
        await front.ReachesAsync("{AUTH_HTTP}/who");
        return mesh;
    }

    private async Task<string> AppFileAsync() => $$"""
        apiVersion: mesh.dev/v1alpha1
        kind: App
        metadata: { name: kinds }
        spec:
          policies: policies
          services:
            front:
              command: [dotnet, exec, {{Built.TestApp}}]
              endpoints:
                http: { protocol: http, external: true }
              uses: [back, next, auth, db, db-next, bank]
              health: { endpoint: http, path: /health }
            back:
              command: [dotnet, exec, {{Built.TestApp}}]
              replicas: 2
              endpoints:
                http: { protocol: http }
                grpc: { protocol: grpc }
              health: { endpoint: http, path: /health }
            next:
              command: [dotnet, exec, {{Built.TestApp}}]
              endpoints:
                http: { protocol: http }
                grpc: { protocol: grpc }
              health: { endpoint: http, path: /health }
            auth:
              command: [dotnet, exec, {{Built.TestApp}}]
              endpoints:
                http: { protocol: http }
              health: { endpoint: http, path: /health }
            db: {{Database("db")}}
            db-next: {{Database("db-next")}}
          external:
            bank: { api: { host: localhost, port: {{await Bank.StartAsync()}}, protocol: http } }
        """;

    private static string Database(string name) =>
        $"{{ command: [sh, {Checkout.PathTo("playground", "Shop", "postgres", "run.sh")}], endpoints: {{ tcp: {{ protocol: tcp }} }}, optional: true, environment: {{ POSTGRES_PASSWORD_FILE: .mesh/{name}.password }} }}";
}
