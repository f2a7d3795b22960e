using Mesh.Model.Requests;
using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Tests.Policies;

public sealed class RequestTargetTests
{
    [Theory]
    [InlineData("/a/b?c=d", "/a/b", "?c=d")]
    [InlineData("/a%20b", "/a%20b", "")]
    [InlineData("http://host:80/a?b", "/a", "?b")]
    [InlineData("http://host", "/", "")]
    [InlineData("http://host?q", "/", "?q")]
    public void TryParse_OriginOrAbsoluteForm_IsTakenApart(string raw, string path, string query)
    {
        Assert.True(RequestTarget.TryParse(raw, out var target));
        Assert.Equal(new RequestTarget(path, query), target);
    }

    [Theory]
    [InlineData("*")]
    [InlineData("host:443")]
    [InlineData("/a#frag")]
    [InlineData("/a b")]
    [InlineData("/a%zz")]
    [InlineData("/a%4")]
    [InlineData("/a%00")]
    [InlineData("http://")]
    [InlineData("http:///a")]
    [InlineData("http://u@host/a")]
    [InlineData("ftp://host/a")]
    [InlineData("x?u=http://host/a")]
    [InlineData("")]
    public void TryParse_OtherForms_AreRefused(string raw) => Assert.False(RequestTarget.TryParse(raw, out _));

    [Theory]
    [InlineData("/old/x?q", "/old", "/new", "/new/x?q")]
    [InlineData("/old", "/old", "/new", "/new")]
    [InlineData("/old/", "/old", "/new", "/new/")]
    [InlineData("/old/x", "/old", "/", "/x")]
    [InlineData("/old", "/old", "/", "/")]
    [InlineData("/x", "", "/new", "/new/x")]
    [InlineData("/%6fld/%61?q", "/old", "/new", "/new/%61?q")]
    [InlineData("/caf%C3%A9/x", "/café", "/tea", "/tea/x")]
    public void With_PrefixRewrite_KeepsTheRest(string raw, string matched, string prefix, string expected)
    {
        Assert.True(RequestTarget.TryParse(raw, out var target));
        Assert.Equal(expected, target.With(new PathRewrite(IsPrefix: true, prefix), matched).ToString());
    }

    [Fact]
    public void With_FullRewrite_KeepsTheQuery() =>
        Assert.Equal("/all?q", new RequestTarget("/old", "?q").With(new PathRewrite(IsPrefix: false, "/all"), "").ToString());
}
