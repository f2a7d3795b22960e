using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Mesh.Model.Bootstrap;
using Mesh.Model.Identity;

namespace Mesh.ControlPlane.Authority;

/// <summary>
/// The authority that makes itself: a root, made once and kept, and an intermediate under it that signs. Roots rotate by overlap: a second root is added to the bundle, then the signer moves
/// under it, then the first one leaves. A step is made to the state that was read; where another replica was faster, it is judged anew by what that one left.
/// </summary>
internal sealed partial class OwnAuthority : ISigningAuthority, IDisposable
{
    // Another replica wins a race for one of them, not for all.
    private const int Attempts = 5;

    private readonly IAuthorityStore _store;
    private readonly TrustDomain _trustDomain;
    private readonly TimeSpan _svidLifetime;
    private readonly TimeProvider _time;
    private readonly ILogger<OwnAuthority> _logger;
    private readonly SemaphoreSlim _changing = new(1);
    private volatile State? _state;

    public OwnAuthority(IAuthorityStore store, ControlPlaneSettings settings, TimeProvider time, ILogger<OwnAuthority> logger)
    {
        _store = store;
        _trustDomain = TrustDomain.Parse(settings.TrustDomain);
        _svidLifetime = TimeSpan.FromSeconds(settings.SvidLifetimeSeconds);
        _time = time;
        _logger = logger;
    }

    /// <summary>Raised after signer or roots changed.</summary>
    public event Action? Changed;

    /// <inheritdoc />
    public SigningChain Current => Loaded.Chain;

    /// <summary>The roots, for people.</summary>
    public ImmutableArray<RootRecord> Roots => Loaded.Record.Roots;

    private State Loaded => _state ?? throw new InvalidOperationException("The authority is used before it was loaded.");

    /// <summary>Reads the authority; makes it where there is none.</summary>
    /// <exception cref="AuthorityException">What is there cannot be used.</exception>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        Take(await _store.ReadOrCreateAsync(() => Serialize(Make()), cancellationToken));
        await RenewIfDueAsync(cancellationToken);
    }

    /// <summary>Takes what another process stored.</summary>
    /// <exception cref="AuthorityException">It cannot be used; what was there stays in use.</exception>
    public void Take(StoredAuthority stored)
    {
        if (_state?.Stored.Content.AsSpan().SequenceEqual(stored.Content) == true)
        {
            _state = _state with { Stored = stored };
            return;
        }

        var record = Parse(stored.Content);
        if (record.TrustDomain != _trustDomain.Name)
        {
            throw new AuthorityException(
                $"{_store.Place} holds the authority of trust domain '{record.TrustDomain}' but trustDomain is '{_trustDomain.Name}'; use another place for the new one, or the old trust domain.");
        }

        _state = new State(stored, record, Load(record));
        Log.AuthorityLoaded(_logger, record.Signer.RootId, record.Roots.Length, Current.Signer.NotAfter.ToUniversalTime());
        Changed?.Invoke();
    }

    /// <summary>Renews the signer at half of its life.</summary>
    public Task RenewIfDueAsync(CancellationToken cancellationToken) => ChangeAsync(
        state =>
        {
            if (!IsDue(state.Chain.Signer))
            {
                return null;
            }

            var root = state.Record.Roots.Single(r => r.Id == state.Record.Signer.RootId);
            return new Step(state.Record with { Signer = MakeSigner(root) }, root.Id, () => Log.SignerRenewed(_logger, root.Id, Current.Signer.NotAfter.ToUniversalTime()));
        },
        cancellationToken);

    /// <summary>First step: a second root that is trusted and does not sign.</summary>
    /// <returns>The new root's id.</returns>
    public Task<string?> AddRootAsync(CancellationToken cancellationToken) => ChangeAsync(
        state =>
        {
            if (state.Record.Roots.Length > 1)
            {
                throw new AuthorityException("A rotation is under way: switch to the incoming root, or retire the outgoing one, first.");
            }

            var root = MakeRoot(RootState.Incoming);
            return new Step(state.Record with { Roots = [.. state.Record.Roots, root] }, root.Id, () => Log.RootMoved(_logger, root.Id, RootState.Incoming));
        },
        cancellationToken);

    /// <summary>Second step: the incoming root signs, once every live SVID came with a bundle that holds it.</summary>
    /// <param name="force">Do not wait for that.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<string?> SwitchSignerAsync(bool force, CancellationToken cancellationToken) => ChangeAsync(
        state =>
        {
            var incoming = Find(state.Record, RootState.Incoming, "There is no incoming root: add one first.");
            Await(incoming.Since, force, "Sidecars that have not renewed since the root was added do not trust it yet");
            var now = _time.GetUtcNow();
            var roots = state.Record.Roots.Select(r => r with { State = r.Id == incoming.Id ? RootState.Active : RootState.Outgoing, Since = now });
            return new Step(state.Record with { Roots = [.. roots], Signer = MakeSigner(incoming) }, incoming.Id, () => Log.RootMoved(_logger, incoming.Id, RootState.Active));
        },
        cancellationToken);

    /// <summary>Third step: the outgoing root leaves the bundle, once no SVID under it can be alive.</summary>
    /// <param name="force">Do not wait for that: every SVID under it is cut off.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<string?> RetireRootAsync(bool force, CancellationToken cancellationToken) => ChangeAsync(
        state =>
        {
            var outgoing = Find(state.Record, RootState.Outgoing, "There is no outgoing root: switch the signer first.");
            Await(outgoing.Since, force, "Certificates under the outgoing root are still alive");
            return new Step(state.Record with { Roots = [.. state.Record.Roots.Where(r => r.Id != outgoing.Id)] }, outgoing.Id, () => Log.RootRetired(_logger, outgoing.Id));
        },
        cancellationToken);

    /// <inheritdoc />
    public void Dispose() => _changing.Dispose();

    private async Task<string?> ChangeAsync(Func<State, Step?> decide, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            return await TryAllAsync(decide, cancellationToken);
        }
        finally
        {
            _changing.Release();
        }
    }

    private async Task<string?> TryAllAsync(Func<State, Step?> decide, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var state = Loaded;
            if (decide(state) is not { } step)
            {
                return null;
            }

            if (await _store.TryReplaceAsync(state.Stored, Serialize(step.Record), cancellationToken) is { } stored)
            {
                _state = new State(stored, step.Record, Load(step.Record));
                step.Say();
                Changed?.Invoke();
                return step.Id;
            }

            Take(await _store.ReadOrCreateAsync(() => Serialize(Make()), cancellationToken));
        }

        throw new AuthorityException($"{_store.Place} is changed by somebody else all the time; try again.");
    }

    private static RootRecord Find(AuthorityRecord record, RootState state, string otherwise) => record.Roots.FirstOrDefault(r => r.State == state) ?? throw new AuthorityException(otherwise);

    private void Await(DateTimeOffset since, bool force, string reason)
    {
        var due = since + _svidLifetime;
        if (!force && _time.GetUtcNow() < due)
        {
            throw new AuthorityException($"{reason}; this is safe from {due:u} on, or now with force.");
        }
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
            throw new AuthorityException($"{_store.Place} cannot be read ({e.Message}); restore it from a backup, or delete it to begin with a new authority.");
        }
    }

    private sealed record State(StoredAuthority Stored, AuthorityRecord Record, SigningChain Chain);

    private sealed record Step(AuthorityRecord Record, string Id, Action Say);
}
