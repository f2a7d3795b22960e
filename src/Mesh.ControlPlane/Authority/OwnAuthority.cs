using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Mesh.ControlPlane.Store;
using Mesh.Model.Bootstrap;
using Mesh.Model.Identity;

namespace Mesh.ControlPlane.Authority;

/// <summary>
/// The authority that makes itself: a root, made once and kept in the state directory, and an intermediate under it that signs. Roots rotate by overlap:
/// a second root is added to the bundle, then the signer moves under it, then the first one leaves.
/// </summary>
internal sealed partial class OwnAuthority : ISigningAuthority
{
    private const string FileName = "authority.json";

    private readonly StateDirectory _directory;
    private readonly TrustDomain _trustDomain;
    private readonly TimeSpan _svidLifetime;
    private readonly TimeProvider _time;
    private readonly ILogger<OwnAuthority> _logger;
    private readonly Lock _lock = new();
    private AuthorityRecord _record;
    private SigningChain _chain;

    /// <summary>Reads the authority; makes it where there is none.</summary>
    public OwnAuthority(StateDirectory state, ControlPlaneSettings settings, TimeProvider time, ILogger<OwnAuthority> logger)
    {
        _directory = state.Inside("authority");
        _trustDomain = TrustDomain.Parse(settings.TrustDomain);
        _svidLifetime = TimeSpan.FromSeconds(settings.SvidLifetimeSeconds);
        _time = time;
        _logger = logger;
        _record = Parse(_directory.ReadOrCreate(FileName, () => Serialize(Make())));
        if (_record.TrustDomain != _trustDomain.Name)
        {
            throw new AuthorityException(
                $"stateDirectory holds the authority of trust domain '{_record.TrustDomain}' but trustDomain is '{_trustDomain.Name}'; use another state directory, or the old trust domain.");
        }

        _chain = Load(_record);
        Log.AuthorityLoaded(_logger, _record.Signer.RootId, _record.Roots.Length, _chain.Signer.NotAfter.ToUniversalTime());
    }

    /// <inheritdoc />
    public SigningChain Current
    {
        get
        {
            lock (_lock)
            {
                if (IsDue(_chain.Signer))
                {
                    var root = _record.Roots.Single(r => r.Id == _record.Signer.RootId);
                    Replace(_record with { Signer = MakeSigner(root) });
                    Log.SignerRenewed(_logger, root.Id, _chain.Signer.NotAfter.ToUniversalTime());
                }

                return _chain;
            }
        }
    }

    /// <summary>The roots, for people.</summary>
    public ImmutableArray<RootRecord> Roots
    {
        get
        {
            lock (_lock)
            {
                return _record.Roots;
            }
        }
    }

    /// <summary>First step: a second root that is trusted and does not sign.</summary>
    /// <returns>The new root's id.</returns>
    public string AddRoot()
    {
        lock (_lock)
        {
            if (_record.Roots.Length > 1)
            {
                throw new AuthorityException("A rotation is under way: switch to the incoming root, or retire the outgoing one, first.");
            }

            var root = MakeRoot(RootState.Incoming);
            Replace(_record with { Roots = [.. _record.Roots, root] });
            Log.RootMoved(_logger, root.Id, RootState.Incoming);
            return root.Id;
        }
    }

    /// <summary>Second step: the incoming root signs, once every live SVID came with a bundle that holds it.</summary>
    /// <param name="force">Do not wait for that.</param>
    public string SwitchSigner(bool force)
    {
        lock (_lock)
        {
            var incoming = Find(RootState.Incoming, "There is no incoming root: add one first.");
            Await(incoming.Since, force, "Sidecars that have not renewed since the root was added do not trust it yet");
            var now = _time.GetUtcNow();
            var roots = _record.Roots.Select(r => r with { State = r.Id == incoming.Id ? RootState.Active : RootState.Outgoing, Since = now });
            Replace(_record with { Roots = [.. roots], Signer = MakeSigner(incoming) });
            Log.RootMoved(_logger, incoming.Id, RootState.Active);
            return incoming.Id;
        }
    }

    /// <summary>Third step: the outgoing root leaves the bundle, once no SVID under it can be alive.</summary>
    /// <param name="force">Do not wait for that: every SVID under it is cut off.</param>
    public string RetireRoot(bool force)
    {
        lock (_lock)
        {
            var outgoing = Find(RootState.Outgoing, "There is no outgoing root: switch the signer first.");
            Await(outgoing.Since, force, "Certificates under the outgoing root are still alive");
            Replace(_record with { Roots = [.. _record.Roots.Where(r => r.Id != outgoing.Id)] });
            Log.RootRetired(_logger, outgoing.Id);
            return outgoing.Id;
        }
    }

    private RootRecord Find(RootState state, string otherwise) => _record.Roots.FirstOrDefault(r => r.State == state) ?? throw new AuthorityException(otherwise);

    private void Await(DateTimeOffset since, bool force, string reason)
    {
        var due = since + _svidLifetime;
        if (!force && _time.GetUtcNow() < due)
        {
            throw new AuthorityException($"{reason}; this is safe from {due:u} on, or now with force.");
        }
    }

    private void Replace(AuthorityRecord record)
    {
        var chain = Load(record);
        _directory.Write(FileName, Serialize(record));
        _record = record;
        _chain = chain;
    }

    private bool IsDue(X509Certificate2 signer)
    {
        DateTimeOffset from = signer.NotBefore.ToUniversalTime();
        DateTimeOffset to = signer.NotAfter.ToUniversalTime();
        return _time.GetUtcNow() > from + ((to - from) / 2);
    }

    private AuthorityRecord Make()
    {
        var root = MakeRoot(RootState.Active);
        Log.RootMade(_logger, root.Id);
        return new AuthorityRecord(_trustDomain.Name, [root], MakeSigner(root));
    }

    private RootRecord MakeRoot(RootState state)
    {
        var now = _time.GetUtcNow();
        using var certificate = CertificateMint.Root(_trustDomain, now);
        return new RootRecord(CertificatePem.Id(certificate), certificate.ExportCertificatePem(), CertificatePem.Key(certificate), state, now);
    }

    private SignerRecord MakeSigner(RootRecord root)
    {
        using var certificate = X509Certificate2.CreateFromPem(root.CertificatePem, root.KeyPem);
        using var signer = CertificateMint.Signer(_trustDomain, certificate, _time.GetUtcNow());
        return new SignerRecord(root.Id, signer.ExportCertificatePem(), CertificatePem.Key(signer));
    }

    private static SigningChain Load(AuthorityRecord record)
    {
        var signer = X509Certificate2.CreateFromPem(record.Signer.CertificatePem, record.Signer.KeyPem);
        return new SigningChain(signer, [signer.RawData], TrustBundle.FromPem(record.Roots.Select(r => r.CertificatePem)));
    }

    private static byte[] Serialize(AuthorityRecord record) => JsonSerializer.SerializeToUtf8Bytes(record, AuthorityJson.Default.AuthorityRecord);

    private AuthorityRecord Parse(byte[] bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, AuthorityJson.Default.AuthorityRecord) ?? throw new JsonException("it holds null");
        }
        catch (JsonException e)
        {
            // Making a new one in its place would cut off every sidecar.
            throw new AuthorityException($"{_directory.PathOf(FileName)} cannot be read ({e.Message}); restore it from a backup, or delete it to begin with a new authority.");
        }
    }
}
