using System.Collections.Immutable;
using System.Text;
using Mesh.ControlPlane.Store;
using Mesh.Model.Policies;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;
using Mesh.Yaml;

namespace Mesh.ControlPlane.Api;

/// <summary>The documents of a request.</summary>
/// <param name="Changes">What they would write.</param>
/// <param name="Violations">All that is wrong with them. Not empty: nothing may be written.</param>
internal sealed record PolicyRequest(ImmutableArray<PolicyChange> Changes, ImmutableArray<DocumentViolation> Violations)
{
    /// <summary>Reads the body: JSON by its content type, else YAML; any number of documents.</summary>
    public static async Task<PolicyRequest> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var isJson = request.ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true;
        if (await ReadTextAsync(request, cancellationToken) is not { } text)
        {
            return new PolicyRequest([], [new DocumentViolation(null, "(request)", $"is longer than {MeshDocument.MaxBytes} bytes; split it", null)]);
        }

        return Read(text, isJson);
    }

    /// <summary>Reads a text.</summary>
    public static PolicyRequest Read(string text, bool isJson)
    {
        var documents = isJson ? DocumentReader.ReadJson(text, "request") : DocumentReader.ReadYaml(text, "request");
        var violations = ImmutableArray.CreateBuilder<DocumentViolation>();
        violations.AddRange(documents.Violations.Select(v => DocumentViolation.Of(v)));
        var changes = ImmutableArray.CreateBuilder<PolicyChange>();
        var keys = new HashSet<ResourceKey>();
        foreach (var document in documents.Documents)
        {
            var read = ResourceReader.Read(document);
            violations.AddRange(read.Violations.Select(v => DocumentViolation.Of(v, read.Key?.ToString())));
            if (read.Resource is not { } resource)
            {
                continue;
            }

            if (resource is not Policy)
            {
                violations.Add(new(resource.Key.ToString(), "kind", $"is {resource.Kind}, which is declared in files or by the AppHost; the API takes policies", document.LineOf(new("kind"))));
            }
            else if (!keys.Add(resource.Key))
            {
                violations.Add(new(resource.Key.ToString(), "metadata.name", "is in this request a second time; keep one of them", document.LineOf(new("metadata.name"))));
            }
            else
            {
                changes.Add(new PolicyChange(resource.Key, JsonDocumentWriter.Write(ResourceWriter.Write(resource))));
            }
        }

        if (violations.Count == 0 && changes.Count == 0)
        {
            violations.Add(new(null, "(request)", "holds no document; send YAML or JSON with apiVersion, kind, metadata and spec", null));
        }

        return new PolicyRequest(changes.ToImmutable(), violations.ToImmutable());
    }

    /// <summary>The body; <see langword="null"/>: it is longer than a document may be.</summary>
    internal static async Task<string?> ReadTextAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > MeshDocument.MaxBytes)
            {
                return null;
            }
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}
