using Mesh.Model.Requests;

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
        Assert.True(AppPath.TryRead(raw, isMatched: true, out var path));
        Assert.Equal(expected, path);
    }

    [Theory]
    [InlineData("/a\\b")]
    [InlineData("/..")]
    [InlineData("/a/./b")]
    [InlineData("/a/%2e%2E/b")]
    [InlineData("/a/.%2e")]
    [InlineData("/a/..;x/b")]
    [InlineData("/a%2f..%2Fb")]
    [InlineData("/a%5C..")]
    public void TryRead_DotSegmentOrBackslash_IsRefusedEverywhere(string raw) => Assert.False(AppPath.TryRead(raw, isMatched: false, out _));

    [Theory]
    [InlineData("/a%2fb")] // a name with a slash in it, such as a package's
    [InlineData("/a%2Fb")]
    [InlineData("/a%5cb")]
    [InlineData("/a%252fb")]
    [InlineData("/%2561")]
    [InlineData("/a%0a")]
    [InlineData("/%c0%af")]
    public void TryRead_PathThatSomeDecodeDifferently_IsRefusedOnlyWherePathsDecide(string raw)
    {
        Assert.False(AppPath.TryRead(raw, isMatched: true, out _));
        Assert.True(AppPath.TryRead(raw, isMatched: false, out _));
    }

    [Theory]
    [InlineData("/a;v=1/b;c", "/a/b")]
    [InlineData("/;x/;/a", "/a")]
    [InlineData("/a", "/a")]
    public void WithoutParameters_Segments_AreTheirNames(string path, string expected) => Assert.Equal(expected, AppPath.WithoutParameters(path));

    [Fact]
    public void TryRead_EmptySegment_IsRefusedOnlyWherePathsDecide()
    {
        Assert.False(AppPath.TryRead("//admin", isMatched: true, out _));
        Assert.True(AppPath.TryRead("//admin", isMatched: false, out _));
    }
}
