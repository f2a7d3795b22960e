using Mesh.Proxy.Policies.TrafficPermission;

namespace Mesh.Proxy.Tests.Policies;

public sealed class PermissionPathTests
{
    [Theory]
    [InlineData("/", "/")]
    [InlineData("/a/b.c/...d", "/a/b.c/...d")]
    [InlineData("/%61%2D%c3%a9", "/a-é")]
    [InlineData("/a%252fb", "/a%2fb")]
    [InlineData("/50%", "/50%")]
    [InlineData("/a;v=1/b", "/a;v=1/b")]
    public void TryRead_PlainPath_IsDecodedOnce(string raw, string expected)
    {
        Assert.True(PermissionPath.TryRead(raw, isStrict: true, out var path));
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
    public void TryRead_PathWithTwoReadings_IsRefused(string raw) => Assert.False(PermissionPath.TryRead(raw, isStrict: false, out _));

    [Fact]
    public void TryRead_EmptySegment_IsRefusedOnlyWherePathsDecide()
    {
        Assert.False(PermissionPath.TryRead("//admin", isStrict: true, out _));
        Assert.True(PermissionPath.TryRead("//admin", isStrict: false, out _));
    }
}
