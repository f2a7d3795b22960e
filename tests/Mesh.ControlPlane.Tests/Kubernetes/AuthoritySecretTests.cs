using System.Net;
using System.Text;
using Mesh.ControlPlane.Authority;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.ControlPlane.Tests.Kubernetes;

/// <summary>The authority in a Secret that replicas share, against hand-written exchanges.</summary>
public sealed class AuthoritySecretTests : IAsyncLifetime
{
    private const string Secret = "api/v1/namespaces/shop-mesh/secrets/mesh-authority";

    private Cluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await Cluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Start_ManyAtOnceWithoutASecret_AgreeOnOneAuthority()
    {
        var hosts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _cluster.RunAsync()));

        Assert.Single(hosts.Select(h => Authority(h).Current.Signer.Thumbprint).Distinct());
        Assert.Single(hosts.Select(h => Authority(h).Roots[0].Id).Distinct());
    }

    [Fact]
    public async Task Start_SecondTime_GoesOnWithTheSecret()
    {
        var first = await _cluster.RunAsync();
        var signer = Authority(first).Current.Signer.Thumbprint;
        await first.DisposeAsync();

        var second = await _cluster.RunAsync();

        Assert.Equal(signer, Authority(second).Current.Signer.Thumbprint);
    }

    [Fact]
    public async Task Rotate_AtOneReplica_ReachesTheOther()
    {
        var (one, two) = (await _cluster.RunAsync(), await _cluster.RunAsync());
        var before = Authority(two).Current;

        var added = await Authority(one).AddRootAsync(Stop);
        await Eventually.IsAsync(() => Authority(two).Current.Bundle.Roots.Length == 2, "the second root at the other replica");
        await Authority(two).SwitchSignerAsync(force: true, Stop);
        await Eventually.IsAsync(() => Authority(one).Current.Signer.Thumbprint != before.Signer.Thumbprint, "the new signer at the first replica");
        await Authority(one).RetireRootAsync(force: true, Stop);

        await Eventually.IsAsync(() => Authority(two).Roots is [{ } only] && only.Id == added, "one root at both");
    }

    [Fact]
    public async Task Rotate_TwoReplicasAtOnce_OneOfThemIsToldThatItIsUnderWay()
    {
        var hosts = new[] { await _cluster.RunAsync(), await _cluster.RunAsync() };

        var outcomes = await Task.WhenAll(hosts.Select(async h =>
        {
            try
            {
                return await Authority(h).AddRootAsync(Stop);
            }
            catch (AuthorityException e)
            {
                Assert.Contains("under way", e.Message, StringComparison.Ordinal);
                return null;
            }
        }));

        var added = Assert.Single(outcomes, o => o is not null);
        await Eventually.IsAsync(() => hosts.All(h => Authority(h).Roots.Length == 2 && Authority(h).Roots[1].Id == added), "the same two roots at both");
    }

    [Fact]
    public async Task Rotate_SecretChangedInBetween_IsDecidedAnewAndKeepsWhatOthersWrote()
    {
        var host = await _cluster.RunAsync();
        var secret = _cluster.Api.Objects.Find(Secret)!;
        secret["metadata"]!["labels"]!["backup"] = "yes";
        var conflicts = 0;
        _cluster.Api.Conflicting = (method, path) => method == "PUT" && path == Secret && conflicts++ == 0;
        _cluster.Api.Objects.Put(Secret, secret.ToJsonString());

        await Authority(host).AddRootAsync(Stop);

        Assert.Equal("yes", (string?)_cluster.Api.Objects.Find(Secret)!["metadata"]!["labels"]!["backup"]);
        Assert.Equal(2, Authority(host).Roots.Length);
    }

    [Fact]
    public async Task Secret_ChangedToNonsense_TheAuthorityInMemoryGoesOn()
    {
        var host = await _cluster.RunAsync();
        var signer = Authority(host).Current.Signer.Thumbprint;
        await Eventually.IsAsync(() => _cluster.Api.Objects.IsWatched("secrets"), "the Secret watched");

        _cluster.Api.Objects.Put(Secret, $$"""{ "data": { "authority.json": "{{Convert.ToBase64String("{ half"u8)}}" } }""");
        await Eventually.IsAsync(() => host.Logs.Lines.Any(l => l.Id == 2630), "the error said");
        _cluster.Api.Objects.Delete(Secret);
        await Eventually.IsAsync(() => host.Logs.Lines.Any(l => l.Id == 2631), "the loss said");

        Assert.Equal(signer, Authority(host).Current.Signer.Thumbprint);
    }

    [Fact]
    public async Task Start_SecretThatCannotBeRead_MakesNoNewAuthority()
    {
        _cluster.Api.Objects.Put(Secret, """{ "data": { "other": "" } }""");

        var refused = await Assert.ThrowsAsync<AuthorityException>(() => _cluster.RunAsync());

        Assert.Contains("Secret shop-mesh/mesh-authority", refused.Message, StringComparison.Ordinal);
        Assert.Equal("", (string?)_cluster.Api.Objects.Find(Secret)!["data"]!["other"]);
    }

    [Fact]
    public async Task Start_ApiServerAwayForAMoment_WaitsForIt()
    {
        _cluster.Api.Failing = HttpStatusCode.ServiceUnavailable;
        var starting = _cluster.RunAsync();
        await Eventually.IsAsync(() => _cluster.Api.Requests.Count(r => r == $"GET {Secret}") > 1, "the Secret asked for again");

        _cluster.Api.Failing = null;

        Assert.Single(Authority(await starting.WaitAsync(TimeSpan.FromSeconds(30), Stop)).Roots);
    }

    [Fact]
    public async Task Start_WithoutTheRight_SaysSoAtOnce()
    {
        _cluster.Api.Failing = HttpStatusCode.Forbidden;

        var refused = await Assert.ThrowsAsync<AuthorityException>(() => _cluster.RunAsync());

        Assert.Contains("403", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_OfTheAuthority_AreInTheSecretAndNowhereElse()
    {
        var host = await _cluster.RunAsync();
        await Authority(host).AddRootAsync(Stop);
        var stored = Encoding.UTF8.GetString(Convert.FromBase64String((string)_cluster.Api.Objects.Find(Secret)!["data"]!["authority.json"]!));

        Assert.Contains("PRIVATE KEY", stored, StringComparison.Ordinal);
        Assert.All(Authority(host).Roots, r => Assert.DoesNotContain(host.Logs.Lines, l => l.Text.Contains(r.KeyPem[30..60], StringComparison.Ordinal)));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static OwnAuthority Authority(ControlPlaneHost host) => host.Services.GetRequiredService<OwnAuthority>();
}
