using Mesh.Proxy.Upstreams;
using Microsoft.Extensions.Primitives;

namespace Mesh.Proxy.Tests;

public sealed class HopHeadersTests
{
    [Theory]
    [InlineData("x-named, keep-alive", "X-Named", true)]
    [InlineData("keep-alive,X-NAMED", "x-named", true)]
    [InlineData("x-named-too", "x-named", false)]
    [InlineData("close", "x-named", false)]
    public void IsNominated_ReadsTheList(string connection, string name, bool expected) =>
        Assert.Equal(expected, HopHeaders.IsNominated(new StringValues(connection), name));
}
