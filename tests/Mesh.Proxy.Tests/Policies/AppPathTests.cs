using Mesh.Proxy.Policies.Routing;

namespace Mesh.Proxy.Tests.Policies;

public sealed class AppPathTests
{
    [Theory]
    [InlineData("/", "/")]
    [InlineData("/a/b.c/...d", "/a/b.c/...d")]
    [InlineData("/%61%2D%c3%a9", "/a-é")]
    [InlineData("/50%", "/50%")]
    [InlineData("/a;v=1/b", "/a;v=1/b")]
    public void TryRead_PlainPath_IsDecodedOnce(string raw, string expected)
    {
        Assert.True(AppPath.TryRead(raw, isStrict: true, out var path));
        Assert.Equal(expected, path);
    }

    [Theory]
    [InlineData("/a%2fb")]
    [InlineData("/a%2Fb")]
    [InlineData("/a%5cb")]
    [InlineData("/a\\b")]
    [InlineData("/a%00")]
    [InlineData("/..")]
    [InlineData("/a/./b")]
    [InlineData("/a/%2e%2E/b")]
    [InlineData("/a/.%2e")]
    [InlineData("/a/..;x/b")]
    public void TryRead_PathWithTwoReadings_IsRefused(string raw) => Assert.False(AppPath.TryRead(raw, isStrict: false, out _));

    [Theory]
    [InlineData("/a%252fb")]
    [InlineData("/%2561")]
    [InlineData("/a%0a")]
    [InlineData("/%c0%af")]
    public void TryRead_PathThatSomeDecodeDifferently_IsRefusedOnlyWherePathsDecide(string raw)
    {
        Assert.False(AppPath.TryRead(raw, isStrict: true, out _));
        Assert.True(AppPath.TryRead(raw, isStrict: false, out _));
    }

    [Theory]
    [InlineData("/a;v=1/b;c", "/a/b")]
    [InlineData("/;x/;/a", "/a")]
    [InlineData("/a", "/a")]
    public void WithoutParameters_Segments_AreTheirNames(string path, string expected) => Assert.Equal(expected, AppPath.WithoutParameters(path));

    [Fact]
    public void TryRead_EmptySegment_IsRefusedOnlyWherePathsDecide()
    {
        Assert.False(AppPath.TryRead("//admin", isStrict: true, out _));
        Assert.True(AppPath.TryRead("//admin", isStrict: false, out _));
    }
}
