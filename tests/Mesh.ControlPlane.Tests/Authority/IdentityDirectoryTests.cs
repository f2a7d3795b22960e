using Mesh.ControlPlane.Authority;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.Model.Bootstrap;
using Mesh.Model.Identity;
using Mesh.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.ControlPlane.Tests.Authority;

/// <summary>Token and roots in directories that sidecars mount.</summary>
public sealed class IdentityDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Start_BeforeAnythingIsServed_TokenAndRootsAreThere_ForThatServiceAlone()
    {
        await using var host = await StartAsync();

        Assert.True(host.Services.GetRequiredService<IdentityTokens>().TryVerify(Read("token"), out var token, out _));
        Assert.Equal("spiffe://shop.local/ns/default/sa/orders", token.SpiffeId.Text);
        Assert.Equal(host.Services.GetRequiredService<ISigningAuthority>().Current.Bundle.Roots.Select(r => r.Thumbprint), TrustBundle.FromPem([Read("roots.pem")]).Roots.Select(r => r.Thumbprint));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(PathTo("token")));
        }
    }

    [Fact]
    public async Task Token_LongBeforeItsEnd_IsAnother()
    {
        await using var host = await StartAsync();
        var first = Read("token");
        var tokens = host.Services.GetRequiredService<IdentityTokens>();

        // Fast until it is due, and then slowly: whoever writes it may be held up, and the first one must not end meanwhile.
        var due = _time.GetUtcNow().AddMinutes(25);
        await Eventually.IsAsync(
            () =>
            {
                _time.Advance(_time.GetUtcNow() < due ? TimeSpan.FromSeconds(10) : TimeSpan.FromMilliseconds(100));
                return Read("token") != first || !tokens.TryVerify(first, out _, out _);
            },
            "the token is another, or the first one has ended");

        Assert.NotEqual(first, Read("token"));
        Assert.True(tokens.TryVerify(first, out _, out _));
    }

    [Theory]
    [InlineData("token")]
    [InlineData("roots.pem")]
    public async Task File_ThatSomebodyTookAway_ComesBack(string file)
    {
        await using var host = await StartAsync();
        File.Delete(PathTo(file));

        await Eventually.IsAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(10));
                return File.Exists(PathTo(file));
            },
            $"{file} is back");
    }

    [Fact]
    public async Task Directory_ThatCannotBeWritten_IsSaid_AndTheControlPlaneRuns()
    {
        _directory.Write("identities", "a file where a directory should be");

        await using var host = await StartAsync();

        Assert.Contains(host.Logs.Lines, l => l.Id == 2131 && l.Level == LogLevel.Warning && l.Text.Contains("default/orders", StringComparison.Ordinal));
    }

    private Task<ControlPlaneHost> StartAsync() => ControlPlaneHost.StartAsync(
        ControlPlaneHost.Settings(_directory) with { Identities = [new IdentityDirectory("default/orders", Path.Combine(_directory.Path, "identities", "orders"))] }, _time);

    private string PathTo(string file) => Path.Combine(_directory.Path, "identities", "orders", file);

    private string Read(string file) => File.ReadAllText(PathTo(file));
}
