using System.Security.Cryptography;
using Mesh.Model.Identity;
using Mesh.Proxy.Identity;
using Mesh.Testing.Identity;

namespace Mesh.Proxy.Tests.Identity;

/// <summary>Signs in memory, and tells who asked with what.</summary>
internal sealed class FakeAuthority(SpiffeId id, TimeProvider time) : ISvidAuthority
{
    private readonly System.Threading.Channels.Channel<FakeAuthority.Call> _calls = System.Threading.Channels.Channel.CreateUnbounded<Call>();

    public ClockedAuthority Signer { get; set; } = new(time.GetUtcNow());

    public TimeSpan Life { get; set; } = TimeSpan.FromHours(1);

    public SpiffeId Id { get; set; } = id;

    /// <summary>Called before signing; throws what the test wants.</summary>
    public Action<Call>? Before { get; set; }

    public Task<SignedSvid> SignAsync(ECDsa key, byte[] signingRequest, WorkloadSvid? svid, string? token, CancellationToken cancellationToken)
    {
        var call = new Call(svid, token);
        _calls.Writer.TryWrite(call);
        Before?.Invoke(call);
        var now = time.GetUtcNow();
        return Task.FromResult(new SignedSvid(key, [Signer.Sign(Id.Text, key, now, now + Life), Signer.Intermediate], Signer.Bundle, RenewAfter: null));
    }

    public async Task<Call> NextCallAsync() => await _calls.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(10));

    public bool HasCall => _calls.Reader.TryPeek(out _);

    internal sealed record Call(WorkloadSvid? Svid, string? Token);
}
