using System.IO.Hashing;
using System.Text;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.LoadBalancing;
using Microsoft.AspNetCore.Http;

namespace Mesh.Proxy.Tests.Policies;

public sealed class RequestHashTests
{
    private const ulong Source = 42;

    private static readonly HashPolicy Customer = new(HashPolicyKind.Header, "customer");
    private static readonly HashPolicy Cookie = new(HashPolicyKind.Cookie, "shop");
    private static readonly HashPolicy Parameter = new(HashPolicyKind.QueryParameter, "id");

    [Theory]
    [InlineData("a=1; shop=x; b=2", "x")]
    [InlineData("shop=x", "x")]
    [InlineData("shop=\"x\"", "x")]
    [InlineData("myshop=y; shop=x", "x")]
    [InlineData("shop=x; shop=y", "x")]
    [InlineData("a=shop; Shop=y", null)]
    [InlineData("", null)]
    public void Of_Cookie_IsItsValues(string cookies, string? value) => Assert.Equal(Hash(value), Of([Cookie], cookies: cookies).Hash);

    [Theory]
    [InlineData("?id=7", "7")]
    [InlineData("?a=1&id=7&id=8", "7")]
    [InlineData("?id", "")]
    [InlineData("?identity=7", null)]
    [InlineData("", null)]
    public void Of_QueryParameter_IsItsValueAsWritten(string query, string? value) => Assert.Equal(Hash(value), Of([Parameter], query: query).Hash);

    [Theory]
    [InlineData("7")]
    [InlineData("ü€😀")]
    [InlineData("")]
    public void Of_Header_IsEnvoysHashOfItsValue(string value) => Assert.Equal(Hash(value), Of([Customer], header: value).Hash);

    [Fact]
    public void Of_LongHeader_IsHashedWhole()
    {
        var value = new string('x', 3000);

        Assert.Equal(Hash(value), Of([Customer], header: value).Hash);
        Assert.NotEqual(Hash(value), Of([Customer], header: value + "y").Hash);
    }

    [Fact]
    public void Of_HeaderThatComesTwice_CountsWithAllItsValuesInAnyOrder()
    {
        var headers = new HeaderDictionary { ["customer"] = new(["b", "a"]) };
        var turned = new HeaderDictionary { ["customer"] = new(["a", "b"]) };

        Assert.Equal(new RequestHash([Customer]).Of(headers, "", Source, Draw), new RequestHash([Customer]).Of(turned, "", Source, Draw));
        Assert.NotEqual(Hash("a"), new RequestHash([Customer]).Of(turned, "", Source, Draw).Hash);
    }

    [Fact]
    public void Of_NothingThere_IsNone() => Assert.Equal(Affinity.None, Of([Customer, Cookie, Parameter]));

    [Fact]
    public void Of_Source_IsWhereItComesFrom() => Assert.Equal(Source, Of([new HashPolicy(HashPolicyKind.Source)]).Hash);

    [Fact]
    public void Of_Several_CountTogetherInTheirOrder()
    {
        var both = Of([Customer, Parameter], header: "a", query: "?id=b").Hash;

        Assert.NotEqual(both, Of([Customer, Parameter], header: "b", query: "?id=a").Hash);
        Assert.Equal(ulong.RotateLeft(Hash("a")!.Value, 1) ^ Hash("b"), both);
        Assert.NotEqual(0ul, Of([Customer, Customer], header: "a").Hash);
    }

    [Theory]
    [InlineData("a", "a")] // the header is there: the parameter is not looked at
    [InlineData(null, "b")]
    public void Of_Terminal_EndsTheListWhereItGaveAValue(string? header, string counted) =>
        Assert.Equal(Hash(counted), Of([Customer with { Terminal = true }, Parameter], header: header, query: "?id=b").Hash);

    [Theory]
    [InlineData(3600, "/app", "shop=0000000700000007; Max-Age=3600; Path=/app; HttpOnly")]
    [InlineData(0, null, "shop=0000000700000007; HttpOnly")]
    public void Of_NoCookieButATtl_GivesOneThatComesBackToTheSameReplica(int seconds, string? path, string setCookie)
    {
        var policy = Cookie with { Ttl = TimeSpan.FromSeconds(seconds), Path = path };

        var first = Of([policy]);
        var next = Of([policy], cookies: setCookie.Split(';')[0]);

        Assert.Equal(setCookie, first.SetCookie);
        Assert.Equal((first.Hash, null), (next.Hash, next.SetCookie));
    }

    [Fact]
    public void Of_AnyRequest_AllocatesNothing()
    {
        var hash = new RequestHash([Customer, Cookie, Parameter, new HashPolicy(HashPolicyKind.Source)]);
        var headers = new HeaderDictionary { ["customer"] = "7", ["Cookie"] = "a=b; shop=x" };
        Func<int, int> draw = Draw;
        hash.Of(headers, "?a=b&id=7", Source, draw);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 100; i++)
        {
            hash.Of(headers, "?a=b&id=7", Source, draw);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static int Draw(int below) => 7;

    private static ulong? Hash(string? value) => value is null ? null : XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(value));

    private static Affinity Of(HashPolicy[] policies, string? header = null, string? cookies = null, string query = "")
    {
        var headers = new HeaderDictionary();
        if (header is not null)
        {
            headers["customer"] = header;
        }

        if (cookies is not null)
        {
            headers["Cookie"] = cookies;
        }

        return new RequestHash([.. policies]).Of(headers, query, Source, Draw);
    }
}
