using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Mesh.Model.Bootstrap;

namespace Mesh.ControlPlane.Api;

/// <summary>The API tokens of the settings, kept as hashes.</summary>
internal sealed class ApiKeys : IApiCallers
{
    private readonly ImmutableArray<(byte[] Hash, ApiCaller Caller)> _keys;

    public ApiKeys(ControlPlaneSettings settings) =>
        _keys = [.. settings.ApiTokens.Select(t => (Hash(t.Token), new ApiCaller(t.Name, t.Scopes)))];

    /// <inheritdoc />
    public string Cure => "with a token of the control plane's settings (apiTokens)";

    /// <inheritdoc />
    public ValueTask<ApiCaller?> FindAsync(string token, string scope, CancellationToken cancellationToken) => ValueTask.FromResult(TryFind(token, out var caller) ? caller : null);

    /// <summary>Whose token it is. Every token is compared, in constant time each: how long it takes tells nothing about any of them.</summary>
    public bool TryFind(string token, [NotNullWhen(true)] out ApiCaller? caller)
    {
        caller = null;
        var hash = Hash(token);
        foreach (var (known, owner) in _keys)
        {
            if (CryptographicOperations.FixedTimeEquals(known, hash))
            {
                caller = owner;
            }
        }

        return caller is not null;
    }

    /// <summary>The caller of that name, with a fingerprint of its token that changes when the token does.</summary>
    public bool TryFindByName(string name, [NotNullWhen(true)] out ApiCaller? caller, out string fingerprint)
    {
        foreach (var (hash, owner) in _keys)
        {
            if (owner.Name == name)
            {
                caller = owner;
                fingerprint = Convert.ToHexStringLower(SHA256.HashData(hash).AsSpan(0, 8));
                return true;
            }
        }

        caller = null;
        fingerprint = "";
        return false;
    }

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
