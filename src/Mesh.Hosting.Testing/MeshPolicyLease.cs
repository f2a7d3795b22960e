using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Mesh.Laptop.Api;

namespace Mesh.Hosting.Testing;

/// <summary>Policies that are in force for the length of a test.</summary>
public sealed class MeshPolicyLease : IAsyncDisposable
{
    private readonly TestedMesh _mesh;
    private readonly ImmutableArray<(string Path, bool IsNew)> _written;
    private int _disposed;

    private MeshPolicyLease(TestedMesh mesh, ImmutableArray<(string, bool)> written) => (_mesh, _written) = (mesh, written);

    /// <summary>Takes the policies back: what was there before is in force again. Ends once every sidecar has it so.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        await TakeBackAsync(CancellationToken.None);
        await _mesh.UntilLiveAsync(null, CancellationToken.None);
    }

    internal static async Task<MeshPolicyLease> TakeAsync(TestedMesh mesh, string text, string contentType, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        JsonNode answer;
        try
        {
            answer = await mesh.Running.Client.PostTextAsync("policies", text, contentType, cancellationToken);
        }
        catch (RefusedException e)
        {
            var violations = e.Problem.Violations.Select(v => $"{Environment.NewLine}  {(v.Line is { } line ? $"line {line}: " : "")}{(v.Document is null ? "" : $"{v.Document}: ")}{v.Path}: {v.Message}");
            throw new ArgumentException($"The mesh refuses the policies:{string.Concat(violations)}", nameof(text), e);
        }

        var lease = new MeshPolicyLease(
            mesh,
            [
                .. (answer["documents"] as JsonArray ?? []).OfType<JsonObject>()
                    .Where(d => d["result"]?.ToString() is "created" or "changed")
                    .Select(d => ($"policies/{d["kind"]}/{d["namespace"]}/{d["name"]}", d["result"]!.ToString() == "created")),
            ]);
        try
        {
            await mesh.UntilLiveAsync(null, cancellationToken);
            return lease;
        }
        catch
        {
            // The next test must not find it.
            await lease.TakeBackAsync(CancellationToken.None);
            throw;
        }
    }

    private async Task TakeBackAsync(CancellationToken cancellationToken)
    {
        foreach (var (path, isNew) in _written)
        {
            _ = isNew ? await _mesh.Running.Client.DeleteAsync(path, cancellationToken) : await _mesh.Running.Client.PostAsync($"{path}/undo", null, cancellationToken);
        }
    }
}
