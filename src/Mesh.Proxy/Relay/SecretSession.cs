using Envoy.Service.Discovery.V3;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Xds.Wire;

namespace Mesh.Proxy.Relay;

/// <summary>The server's end of SDS on one stream, in both variants of the protocol. What it serves is always the newest; a refusal is noted and the same content not sent again.</summary>
/// <param name="isDelta">Whether requests and responses are those of the delta variant.</param>
/// <param name="current">The secrets of the moment. <see langword="null"/>: none yet; clients are answered when there are.</param>
/// <param name="onRefused">Takes what a client says against a secret.</param>
internal sealed class SecretSession(bool isDelta, Func<SecretResources?> current, Action<string> onRefused)
{
    // There are two; more names are a mistake, and many more an attack.
    private const int MostNames = 32;

    private readonly Lock _lock = new();
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _sent = new(StringComparer.Ordinal);
    private string _nonce = "";
    private long _responses;

    /// <summary>Takes a request.</summary>
    /// <returns>What is to be sent. <see langword="null"/>: nothing now.</returns>
    /// <exception cref="RelayFault">It cannot be read.</exception>
    public byte[]? OnRequest(byte[] message)
    {
        lock (_lock)
        {
            try
            {
                return isDelta ? OnRequest(DeltaDiscoveryRequest.Parser.ParseFrom(message)) : OnRequest(DiscoveryRequest.Parser.ParseFrom(message));
            }
            catch (InvalidProtocolBufferException e)
            {
                throw new RelayFault(StatusCode.InvalidArgument, $"The request cannot be read: {e.Message}");
            }
        }
    }

    /// <summary>Looks for secrets that are newer than what was sent.</summary>
    /// <returns>What is to be sent. <see langword="null"/>: nothing.</returns>
    public byte[]? OnChange()
    {
        lock (_lock)
        {
            var changed = Found(_names).Where(secret => _sent.GetValueOrDefault(secret.Name) != secret.Version).ToList();
            return changed.Count == 0 ? null : isDelta ? Delta(changed, []) : State();
        }
    }

    private byte[]? OnRequest(DiscoveryRequest request)
    {
        if (request.ResponseNonce.Length > 0 && request.ResponseNonce != _nonce)
        {
            return null; // about an answer that is not the last one
        }

        Note(request.ErrorDetail);
        var isFirst = request.ResponseNonce.Length == 0;
        if (_names.SetEquals(request.ResourceNames) && !isFirst)
        {
            return null;
        }

        _names.Clear();
        Add(request.ResourceNames);
        return State();
    }

    private byte[]? OnRequest(DeltaDiscoveryRequest request)
    {
        if (request.ResponseNonce == _nonce)
        {
            Note(request.ErrorDetail);
        }

        foreach (var name in request.ResourceNamesUnsubscribe)
        {
            _names.Remove(name);
            _sent.Remove(name);
        }

        Add(request.ResourceNamesSubscribe);
        if (current() is null)
        {
            return null;
        }

        var found = Found(request.ResourceNamesSubscribe).ToList();
        var missing = request.ResourceNamesSubscribe.Except(found.Select(secret => secret.Name), StringComparer.Ordinal).ToList();
        var kept = request.InitialResourceVersions;
        found.RemoveAll(secret => kept.TryGetValue(secret.Name, out var version) && version == secret.Version);
        return found.Count + missing.Count == 0 ? null : Delta(found, missing);
    }

    private byte[]? State()
    {
        List<XdsResource> found = [.. Found(_names)];
        if (found.Count == 0)
        {
            return null;
        }

        var response = new DiscoveryResponse
        {
            TypeUrl = TypeUrls.Secret,
            VersionInfo = string.Join('-', found.Select(secret => secret.Version)),
            Nonce = NextNonce(),
        };
        foreach (var secret in found)
        {
            response.Resources.Add(Body(secret));
            _sent[secret.Name] = secret.Version;
        }

        return response.ToByteArray();
    }

    private byte[] Delta(List<XdsResource> changed, List<string> missing)
    {
        var response = new DeltaDiscoveryResponse { TypeUrl = TypeUrls.Secret, Nonce = NextNonce() };
        response.RemovedResources.AddRange(missing);
        foreach (var secret in changed)
        {
            response.Resources.Add(new Resource { Name = secret.Name, Version = secret.Version, Resource_ = Body(secret) });
            _sent[secret.Name] = secret.Version;
        }

        return response.ToByteArray();
    }

    private IEnumerable<XdsResource> Found(IEnumerable<string> names) =>
        current() is { } secrets ? names.Distinct(StringComparer.Ordinal).Select(secrets.Find).OfType<XdsResource>() : [];

    private static Any Body(XdsResource secret) => new() { TypeUrl = secret.TypeUrl, Value = secret.Body };

    private void Add(IEnumerable<string> names)
    {
        _names.UnionWith(names);
        if (_names.Count > MostNames)
        {
            throw new RelayFault(StatusCode.ResourceExhausted, $"More than {MostNames} secrets are asked for; there are '{SecretResources.Svid}' and '{SecretResources.Bundle}'.");
        }
    }

    private void Note(Google.Rpc.Status? error)
    {
        if (error is not null)
        {
            onRefused(error.Message);
        }
    }

    private string NextNonce() => _nonce = (++_responses).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
