using System.Text.Json.Nodes;
using Mesh.Laptop.Api;
using Mesh.Model.Policies.Fault;
using Mesh.Model.Serialization;

namespace Mesh.Hosting.Testing;

/// <summary>A fault for the length of a test. Should the test be killed, it ends by itself.</summary>
public sealed class MeshFaultLease : IAsyncDisposable
{
    private readonly TestedMesh _mesh;
    private int _disposed;

    private MeshFaultLease(TestedMesh mesh, string id) => (_mesh, Id) = (mesh, id);

    /// <summary>The fault's id, as <c>mesh-error</c> names it.</summary>
    public string Id { get; }

    /// <summary>Ends it. Ends itself once every sidecar has it so.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        await EndAsync();
        await _mesh.UntilLiveAsync(null, CancellationToken.None);
    }

    internal static async Task<MeshFaultLease> TakeAsync(TestedMesh mesh, FaultRequest request, CancellationToken cancellationToken)
    {
        JsonNode answer;
        try
        {
            answer = await mesh.Running.Client.PostTextAsync("faults", JsonDocumentWriter.Write(FaultReader.Write(request)), "application/json", cancellationToken);
        }
        catch (RefusedException e)
        {
            var violations = e.Problem.Violations.Select(v => $"{Environment.NewLine}  {v.Path}: {v.Message}");
            throw new ArgumentException($"The mesh refuses the fault: {e.Problem.Detail}{string.Concat(violations)}", nameof(request), e);
        }

        var lease = new MeshFaultLease(mesh, answer["id"]!.ToString());
        try
        {
            await mesh.UntilLiveAsync(null, cancellationToken);
            return lease;
        }
        catch
        {
            // The next test must not find it.
            await lease.EndAsync();
            throw;
        }
    }

    private async Task EndAsync()
    {
        try
        {
            await _mesh.Running.Client.DeleteAsync($"faults/{Id}", CancellationToken.None);
        }
        catch (RefusedException)
        {
            // It has ended by itself.
        }
    }
}
