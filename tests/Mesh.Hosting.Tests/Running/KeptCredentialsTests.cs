using System.Collections.Immutable;
using Mesh.Hosting.Running;
using Mesh.Model.Topology;
using Mesh.Testing;

namespace Mesh.Hosting.Tests.Running;

/// <summary>What sidecars of the last run were started with.</summary>
public sealed class KeptCredentialsTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 1, 10, 0, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("shop.local", 0, true)]
    [InlineData("shop.local", 2, true)]
    [InlineData("shop.local", 4, false)]
    [InlineData("shop.local", -1, false)]
    [InlineData("other.local", 0, false)]
    public void Load_GoodForThreeDaysInItsTrustDomain(string trustDomain, int daysLater, bool isGood)
    {
        using var state = MeshState.Open(_folder.Path);
        Kept(state).Save(state);

        var loaded = KeptCredentials.Load(state, trustDomain, Now.AddDays(daysLater));

        Assert.Equal(isGood, loaded is not null);
        Assert.Equal(isGood ? "token" : null, loaded?.TokenFor(new ServiceId("default", "orders")));
        Assert.Null(loaded?.TokenFor(new ServiceId("default", "payments")));
    }

    [Fact]
    public void Load_NoJson_IsNothing()
    {
        using var state = MeshState.Open(_folder.Path);
        _folder.File("credentials.json", "{");

        Assert.Null(KeptCredentials.Load(state, "shop.local", Now));
    }

    [Fact]
    public void HashOf_AnotherDocument_IsAnother()
    {
        using var state = MeshState.Open(_folder.Path);
        _folder.File(Path.Combine("topology", "orders.json"), "{}");
        var before = KeptCredentials.HashOf(state);

        Assert.Equal(before, KeptCredentials.HashOf(state));
        _folder.File(Path.Combine("policies", "timeout.json"), "{}");
        Assert.NotEqual(before, KeptCredentials.HashOf(state));
    }

    private static KeptCredentials Kept(MeshState state) =>
        new("shop.local", KeptCredentials.HashOf(state), ["root"], ImmutableSortedDictionary<string, string>.Empty.Add("default/orders", "token"), Now);
}
