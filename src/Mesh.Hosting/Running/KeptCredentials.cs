using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mesh.Laptop.Files;
using Mesh.Model.Topology;

namespace Mesh.Hosting.Running;

/// <summary>
/// What sidecars of the last run were started with. Those of the next need not wait for the control plane to say the same again: they start beside it, with their
/// kept SVIDs and configurations.
/// </summary>
/// <param name="TrustDomain">The trust domain it is of.</param>
/// <param name="Documents">A hash of everything that was declared.</param>
/// <param name="Roots">The roots, as PEM.</param>
/// <param name="Tokens">The tokens, by service.</param>
/// <param name="IssuedAt">When they were issued.</param>
internal sealed partial record KeptCredentials(string TrustDomain, string Documents, ImmutableArray<string> Roots, ImmutableSortedDictionary<string, string> Tokens, DateTimeOffset IssuedAt)
{
    /// <summary>Tokens live for seven days; one has to be good for longer than anybody leaves an AppHost running over a weekend.</summary>
    private static readonly TimeSpan GoodFor = TimeSpan.FromDays(3);

    /// <summary>What was kept, or <see langword="null"/>: nothing, or nothing of use any more.</summary>
    public static KeptCredentials? Load(MeshState state, string trustDomain, DateTimeOffset now)
    {
        if (state.Credentials is not { } file || !File.Exists(file))
        {
            return null;
        }

        try
        {
            var kept = JsonSerializer.Deserialize(File.ReadAllText(file), Json.Default.KeptCredentials);
            return kept is { Roots.IsDefaultOrEmpty: false, Tokens: not null } && kept.TrustDomain == trustDomain && now - kept.IssuedAt < GoodFor && now >= kept.IssuedAt ? kept : null;
        }
        catch (JsonException)
        {
            return null; // Only a memory of ours: without it sidecars wait for the control plane.
        }
    }

    /// <summary>A hash of the documents that the AppHost wrote.</summary>
    public static string HashOf(MeshState state)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in new[] { state.Topology, state.Policies }.SelectMany(d => Directory.EnumerateFiles(d).Order(StringComparer.Ordinal)))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetFileName(file)));
            hash.AppendData(File.ReadAllBytes(file));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>The token for a service's sidecars, if there is one.</summary>
    public string? TokenFor(ServiceId service) => Tokens.GetValueOrDefault(service.ToString());

    /// <summary>Keeps it; a directory that goes away with the app keeps nothing.</summary>
    public void Save(MeshState state)
    {
        if (state.Credentials is { } file)
        {
            SecretFile.Write(file, JsonSerializer.Serialize(this, Json.Default.KeptCredentials));
        }
    }

    [JsonSerializable(typeof(KeptCredentials))]
    private sealed partial class Json : JsonSerializerContext;
}
